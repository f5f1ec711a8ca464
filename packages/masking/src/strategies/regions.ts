import { floorOfShare } from '../masked-count.js';
import type { TokenGrid } from '../strategy.js';

/** A part of each slice, of so many cells; those at the right and lower borders of the grid may be smaller. */
export interface RegionSize {
  readonly rows: number;
  readonly columns: number;
}

export interface Region {
  /** Cells of a slice, ascending. */
  readonly cells: Uint32Array;
  /** How many of them are masked. */
  readonly count: number;
}

/**
 * The regions of a slice, row by row. Of each the ratio is masked, as nearly as whole numbers allow: of the first n regions together
 * floor(cells * ratio) cells. So all of a slice are those of its ratio, and which regions have one more hangs on the grid alone.
 */
export function regionsOf({ rows, columns }: TokenGrid, size: RegionSize, ratio: number): Region[] {
  const regions: Region[] = [];
  let before = 0;
  let masked = 0;
  for (let top = 0; top < rows; top += size.rows) {
    for (let left = 0; left < columns; left += size.columns) {
      const height = Math.min(size.rows, rows - top);
      const width = Math.min(size.columns, columns - left);
      const cells = new Uint32Array(height * width);
      let end = 0;
      for (let row = top; row < top + height; row += 1) {
        for (let column = left; column < left + width; column += 1) cells[end++] = row * columns + column;
      }
      before += cells.length;
      const together = floorOfShare(before, ratio);
      regions.push({ cells, count: together - masked });
      masked = together;
    }
  }
  return regions;
}
