import type { Picture } from './picture.js';

/** [H, W, 3] RGB, 0-255. */
export type Cell = Uint8Array;

/** Pixels between frames; between strips beside each other it is four times as wide, between rows of them twice. */
const GAP = 4;
const PAPER = 255;

/**
 * Rows of strips of cells on white. Small cells are enlarged by a whole number, so that every pixel stays as it is.
 *
 * @param size of each cell.
 * @param least height that cells are enlarged to, at most.
 */
export function sheetOf(
  rows: readonly (readonly (readonly Cell[])[])[],
  size: { readonly height: number; readonly width: number },
  least: number,
): Picture {
  const scale = Math.max(1, Math.floor(least / size.height));
  const [cellHeight, cellWidth] = [size.height * scale, size.width * scale];
  const widthOf = (strip: readonly Cell[]) => strip.length * (cellWidth + GAP) - GAP;
  const width = Math.max(
    ...rows.map((row) => row.reduce((sum, strip) => sum + widthOf(strip) + 4 * GAP, -4 * GAP)),
  );
  const height = rows.length * (cellHeight + 2 * GAP) - 2 * GAP;
  const pixels = new Uint8Array(width * height * 3).fill(PAPER);
  rows.forEach((row, number) => {
    let left = 0;
    for (const strip of row) {
      for (const cell of strip) {
        paste(cell, number * (cellHeight + 2 * GAP), left);
        left += cellWidth + GAP;
      }
      left += 3 * GAP;
    }
  });
  return { width, height, pixels };

  function paste(cell: Cell, top: number, left: number): void {
    for (let y = 0; y < cellHeight; y++) {
      const from = Math.floor(y / scale) * size.width;
      let to = ((top + y) * width + left) * 3;
      for (let x = 0; x < cellWidth; x++, to += 3) {
        const at = (from + Math.floor(x / scale)) * 3;
        pixels.set(cell.subarray(at, at + 3), to);
      }
    }
  }
}
