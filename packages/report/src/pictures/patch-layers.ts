import { viridis } from './colour-map.js';

/** Least and greatest finite number of a map; equal ends where all are the same. */
export interface ScoreRange {
  readonly least: number;
  readonly greatest: number;
}

/** Of 255: the frame stays visible beneath. */
export const HEAT_OPACITY = 190;
/** The grey of what is masked. */
export const HIDDEN_GREY = 128;

export function scoreRange(values: Float32Array): ScoreRange {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return { least: 0, greatest: 0 };
  return {
    least: finite.reduce((a, b) => Math.min(a, b)),
    greatest: finite.reduce((a, b) => Math.max(a, b)),
  };
}

/** Scores [patches] of one slice as RGBA pixels, one for each patch; not finite is transparent. */
export function heatLayer(scores: Float32Array, { least, greatest }: ScoreRange): Uint8Array {
  const pixels = new Uint8Array(scores.length * 4);
  const span = greatest - least;
  for (const [patch, score] of scores.entries()) {
    if (!Number.isFinite(score)) continue;
    pixels.set(viridis(span > 0 ? (score - least) / span : 0.5), patch * 4);
    pixels[patch * 4 + 3] = HEAT_OPACITY;
  }
  return pixels;
}

/** The masked patches of one slice as RGBA pixels, one for each patch: grey where masked, clear elsewhere. */
export function maskLayer(masked: Uint32Array, slice: number, patches: number): Uint8Array {
  const pixels = new Uint8Array(patches * 4);
  for (const token of masked) {
    const patch = token - slice * patches;
    if (patch < 0 || patch >= patches) continue;
    pixels.set([HIDDEN_GREY, HIDDEN_GREY, HIDDEN_GREY, 255], patch * 4);
  }
  return pixels;
}
