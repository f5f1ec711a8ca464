import type { TokenGrid } from '@tgm/masking';
import { ConfigError } from '../errors.js';

/** Cells of a block of 2 x 2. */
const CELL = 4;

/**
 * The tokens that VideoMAE V2's decoder leaves out (L. Wang et al., arXiv 2303.16727, section 3.1): of every block of 2 x 2
 * the same places, which run around the block from slice to slice.
 *
 * @param ratio share of a block that is left out: 0.25, 0.5 or 0.75, or what truncates to one of them.
 * @param phase 0 to 3, where the run begins.
 * @returns [N] 1 for a token that is not reconstructed, 0 for one that is.
 * @throws ConfigError when rows or columns are odd, or ratio or phase are none.
 */
export function runningCellMask(grid: TokenGrid, ratio: number, phase: number): Uint8Array {
  const { slices, rows, columns } = grid;
  const hidden = Math.trunc(CELL * ratio);
  if (!(hidden >= 1 && hidden < CELL))
    throw new ConfigError('runningCellMask', 'ratio', 'in [0.25, 1)', ratio);
  if (rows % 2 !== 0) throw new ConfigError('runningCellMask', 'rows', 'even', rows);
  if (columns % 2 !== 0) throw new ConfigError('runningCellMask', 'columns', 'even', columns);
  if (![0, 1, 2, 3].includes(phase)) throw new ConfigError('runningCellMask', 'phase', '0 to 3', phase);
  return Uint8Array.from({ length: slices * rows * columns }, (_, token) => {
    const column = token % columns;
    const row = Math.floor(token / columns) % rows;
    const slice = Math.floor(token / (columns * rows));
    const place = (row % 2) * 2 + (column % 2);
    return (place + phase + slice + 1) % CELL < hidden ? 1 : 0;
  });
}
