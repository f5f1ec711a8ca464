import type { Picture } from './picture.js';
import { inkOf, LETTER, shortened } from './small-letters.js';

/** [H, W, 3] RGB, 0-255. */
export type Cell = Uint8Array;

/** Cells beside each other. */
export interface CellStrip {
  readonly name: string;
  readonly cells: readonly Cell[];
}

/** Pixels between frames; between strips beside each other it is four times as wide, between rows of them twice. */
const GAP = 4;
const PAPER = 255;
const INK = 30;
/** Pixels of a cell of a letter. */
const STROKE = 2;

/**
 * Rows of strips on white. Small cells are enlarged by a whole number, so that every pixel stays as it is.
 *
 * @param size of each cell, and the height that they are enlarged to, at most.
 * @param named whether the name of each strip stands above it, as far as there is room.
 */
export function sheetOf(
  rows: readonly (readonly CellStrip[])[],
  size: { readonly height: number; readonly width: number; readonly enlargedTo: number },
  named: boolean,
): Picture {
  const scale = Math.max(1, Math.floor(size.enlargedTo / size.height));
  const [cellHeight, cellWidth] = [size.height * scale, size.width * scale];
  const nameHeight = named ? LETTER.height * STROKE + GAP : 0;
  const rowHeight = nameHeight + cellHeight + 2 * GAP;
  const widthOf = ({ cells }: CellStrip) => cells.length * (cellWidth + GAP) - GAP;
  const width = Math.max(
    ...rows.map((row) => row.reduce((sum, strip) => sum + widthOf(strip) + 4 * GAP, -4 * GAP)),
  );
  const height = rows.length * rowHeight - 2 * GAP;
  const pixels = new Uint8Array(width * height * 3).fill(PAPER);
  rows.forEach((row, number) => {
    const top = number * rowHeight;
    let left = 0;
    for (const strip of row) {
      if (named) write(strip.name, top, left, widthOf(strip));
      strip.cells.forEach((cell, at) => {
        paste(cell, top + nameHeight, left + at * (cellWidth + GAP));
      });
      left += widthOf(strip) + 4 * GAP;
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

  function write(text: string, top: number, left: number, room: number): void {
    const letters = Math.floor((room / STROKE + 1) / (LETTER.width + 1));
    for (const [row, column] of inkOf(shortened(text, letters))) {
      for (let y = 0; y < STROKE; y++) {
        const start = ((top + row * STROKE + y) * width + left + column * STROKE) * 3;
        pixels.fill(INK, start, start + STROKE * 3);
      }
    }
  }
}
