import type { Cut } from '../check-clip.js';
import type { GridClip } from '../clip-report.js';
import { placeOf, rowsOfToken, type TokenPlace } from './token-pixels.js';

/** Means and deviations of pixels 0-255, of each channel or of all together: 3 numbers or 1. */
export interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Says what a masked patch's moments may be, from those of visible ones. */
export type MomentsAt = (place: TokenPlace) => Moments;

/** Slices before and after a masked patch whose visible patches tell of it. */
const NEIGHBOUR_SLICES = 1;

/**
 * The moments of visible patches of the same and the neighbouring slices (of all slices where those have none), weighted by the
 * inverse square of their distance in cells and slices. No other pixel is read.
 *
 * @param groups 3: each channel by itself; 1: all together.
 */
export function momentsFromVisible(clip: GridClip, cut: Cut, visible: Uint32Array, groups: 1 | 3): MomentsAt {
  const known = Array.from(visible, (token) => ({
    ...placeOf(token, clip.grid),
    ...momentsOf(token, clip, cut, groups),
  }));
  return ({ slice, row, column }) => {
    const near = known.filter((other) => Math.abs(other.slice - slice) <= NEIGHBOUR_SLICES);
    const mean = new Float64Array(groups);
    const deviation = new Float64Array(groups);
    let total = 0;
    for (const other of near.length > 0 ? near : known) {
      const weight = 1 / ((other.row - row) ** 2 + (other.column - column) ** 2 + (other.slice - slice) ** 2);
      total += weight;
      for (let group = 0; group < groups; group++) {
        mean[group]! += weight * other.mean[group]!;
        deviation[group]! += weight * other.deviation[group]!;
      }
    }
    return { mean: mean.map((sum) => sum / total), deviation: deviation.map((sum) => sum / total) };
  };
}

/** Mean and unbiased deviation of one patch: the target's own normalisation. */
function momentsOf(token: number, clip: GridClip, cut: Cut, groups: 1 | 3): Moments {
  const run = cut.tokenWidth * 3;
  const count = (cut.depth * cut.tokenHeight * run) / groups;
  const starts = [...rowsOfToken(token, clip, cut)];
  const mean = new Float64Array(groups);
  const square = new Float64Array(groups);
  for (const start of starts)
    for (let i = 0; i < run; i++) mean[i % groups]! += clip.frames[start + i]! / count;
  for (const start of starts)
    for (let i = 0; i < run; i++) square[i % groups]! += (clip.frames[start + i]! - mean[i % groups]!) ** 2;
  return { mean, deviation: square.map((sum) => Math.sqrt(sum / Math.max(1, count - 1))) };
}
