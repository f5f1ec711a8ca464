import { checkClip } from '../check-clip.js';
import type { ClipReport } from '../clip-report.js';
import { viridis } from './colour-map.js';
import { HEAT_OPACITY, HIDDEN_GREY, scoreRange } from './patch-layers.js';

/** One kind of picture of a clip: its frames, a heat map, a mask, a reconstruction. */
export interface Strip {
  readonly name: string;
  /** How many frames it has: a multiple of the slices. */
  readonly frameCount: number;
  /** [H, W, 3] RGB, 0-255. */
  frame(index: number): Uint8Array;
}

/** All pictures of a clip as pixels: frames, heat maps, masks, reconstructions. @throws ReportError `SHAPE_MISMATCH` */
export function stripsOf(where: string, clip: ClipReport): Strip[] {
  const { frameCount, depth } = checkClip(where, clip);
  const { scores = [], masks = [], reconstructions = [] } = clip;
  const size = clip.height * clip.width * 3;
  const frame = (index: number) => clip.frames.subarray(index * size, (index + 1) * size);
  /** A strip that shows each cell of a slice in its way. */
  const ofCells = (name: string, paint: (token: number, pixels: Uint8Array, at: number) => void): Strip => ({
    name,
    frameCount,
    frame(index) {
      const pixels = frame(index).slice();
      eachPixel(clip, Math.floor(index / depth), (token, at) => paint(token, pixels, at));
      return pixels;
    },
  });
  return [
    { name: 'frames', frameCount, frame },
    ...scores.map(({ name = 'match', values }) => ofCells(name, heatPainter(values))),
    ...masks.map(({ strategy, masked }) => {
      const hidden = new Set(masked);
      return ofCells(strategy, (token, pixels, at) => {
        if (hidden.has(token)) pixels.fill(HIDDEN_GREY, at, at + 3);
      });
    }),
    ...reconstructions.map(({ run, strategy, frames }) => ({
      name: `${strategy}, by ${run}`,
      frameCount: frames.length / size,
      frame: (index: number) => frames.subarray(index * size, (index + 1) * size),
    })),
  ];
}

/** Colours of scores over the frame in grey; a score that is not finite leaves the frame as it is. */
function heatPainter(values: Float32Array): (token: number, pixels: Uint8Array, at: number) => void {
  const { least, greatest } = scoreRange(values);
  const span = greatest - least;
  const opacity = HEAT_OPACITY / 255;
  return (token, pixels, at) => {
    const score = values[token]!;
    if (!Number.isFinite(score)) return;
    const grey = 0.2126 * pixels[at]! + 0.7152 * pixels[at + 1]! + 0.0722 * pixels[at + 2]!; // Rec. 709
    const colour = viridis(span > 0 ? (score - least) / span : 0.5);
    for (let channel = 0; channel < 3; channel++)
      pixels[at + channel] = Math.round(opacity * colour[channel]! + (1 - opacity) * grey);
  };
}

/** Calls `paint` for each pixel of a frame, with its token and where it lies in [H, W, 3]. */
function eachPixel(
  { height, width, grid: { rows, columns } }: ClipReport,
  slice: number,
  paint: (token: number, at: number) => void,
): void {
  const [tokenHeight, tokenWidth] = [height / rows, width / columns];
  let at = 0;
  for (let y = 0; y < height; y++) {
    const first = (slice * rows + Math.floor(y / tokenHeight)) * columns;
    for (let x = 0; x < width; x++, at += 3) paint(first + Math.floor(x / tokenWidth), at);
  }
}
