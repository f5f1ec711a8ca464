import { number, oneOf, optionTable } from '@tgm/options';
import { MaskingError } from '../errors.js';
import type { TokenGrid, TokenMask } from '../strategy.js';
import { checkGrid, tokenCount, tokenMask } from '../token-grid.js';

/** Cells of a block of 2 x 2, and phases of its run. */
export const CELLS = 4;

/** A share of a block: one cell at least is masked. */
export const cellRatioField = number({ from: 1 / CELLS, below: 1 });

const WHERE = 'runningCellMask';

const table = optionTable(WHERE, { ratio: cellRatioField, phase: oneOf([0, 1, 2, 3]) }, MaskingError);

/**
 * The decoder's mask of VideoMAE V2 (L. Wang et al., arXiv 2303.16727, section 3.1): of every block of 2 x 2 the same
 * cells, which run around the block from slice to slice.
 *
 * @param ratio share of a block that is masked: 0.25, 0.5 or 0.75, or what truncates to one of them.
 * @param phase 0 to 3, where the run begins.
 * @returns `masked`: the tokens that the decoder leaves out; `visible`: those that it reconstructs where the encoder did
 *   not see them.
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID` (also for odd rows or columns).
 */
export function runningCellMask(grid: TokenGrid, ratio: number, phase: number): TokenMask {
  table.check({ ratio, phase });
  checkGrid(grid, WHERE);
  const { slices, rows, columns } = grid;
  if (rows % 2 !== 0 || columns % 2 !== 0) {
    const received = `${rows} x ${columns}`;
    throw new MaskingError('GRID_INVALID', { expected: 'even rows and columns', received, where: WHERE });
  }
  const maskedCells = Math.trunc(CELLS * ratio);
  const masked = new Uint8Array(tokenCount(grid));
  let token = 0;
  for (let slice = 0; slice < slices; slice += 1) {
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const cell = (row & 1) * 2 + (column & 1);
        if ((cell + phase + slice + 1) % CELLS < maskedCells) masked[token] = 1;
        token += 1;
      }
    }
  }
  return tokenMask(grid, masked);
}
