import { png } from '../report/png.js';
import type { ClipReport } from '../report/report-data.js';

/** Pixels of the sheet at which a small clip is shown: each pixel of the clip becomes a whole number of them. */
const HEIGHT = 128;
/** Pixels between frames. */
const GAP = 4;
/** Strips of masks beside each other. */
const ACROSS = 3;
const GREY = 128;

/** A PNG of all masks of a clip, three across, in their order; the clip itself is the first. Masked tokens are grey. */
export function contactSheet(clip: ClipReport): Buffer {
  const { slices, rows, columns, frames } = clip;
  const scale = Math.max(1, Math.floor(HEIGHT / clip.height));
  const [height, width] = [clip.height * scale, clip.width * scale];
  const strips = [new Uint32Array(0), ...(clip.masks ?? []).map(({ masked }) => masked)];
  const stripWidth = slices * (width + GAP) + 3 * GAP;
  const sheetWidth = ACROSS * stripWidth;
  const sheetHeight = Math.ceil(strips.length / ACROSS) * (height + 2 * GAP);
  const pixels = new Uint8Array(sheetWidth * sheetHeight * 3).fill(255);
  strips.forEach((masked, strip) => {
    const hidden = new Set(masked);
    const top = Math.floor(strip / ACROSS) * (height + 2 * GAP);
    const left = (strip % ACROSS) * stripWidth;
    for (let slice = 0; slice < slices; slice += 1) {
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
          const [fromY, fromX] = [Math.floor(y / scale), Math.floor(x / scale)];
          const row = Math.floor((fromY * rows) / clip.height);
          const column = Math.floor((fromX * columns) / clip.width);
          const to = ((top + y) * sheetWidth + left + slice * (width + GAP) + x) * 3;
          const from = ((slice * clip.height + fromY) * clip.width + fromX) * 3;
          if (hidden.has((slice * rows + row) * columns + column)) pixels.fill(GREY, to, to + 3);
          else pixels.set(frames.subarray(from, from + 3), to);
        }
      }
    }
  });
  return png(pixels, sheetWidth, sheetHeight, 3);
}
