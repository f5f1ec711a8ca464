import { number, oneOf, optionTable } from '@tgm/options';
import { MaskingError } from '../errors.js';
import type { TokenGrid, TokenMask } from '../strategy.js';
import { checkGrid, tokenCount, tokenMask } from '../token-grid.js';

/** Cells of a block of 2 x 2. */
const CELLS = 4;

const WHERE = 'runningCellMask';

const table = optionTable(
  WHERE,
  { ratio: number({ from: 0.25, below: 1 }), phase: oneOf([0, 1, 2, 3]) },
  MaskingError,
);

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
  const { rows, columns } = grid;
  if (rows % 2 !== 0 || columns % 2 !== 0) {
    const received = `${rows} x ${columns}`;
    throw new MaskingError('GRID_INVALID', { expected: 'even rows and columns', received, where: WHERE });
  }
  const maskedCells = Math.trunc(CELLS * ratio);
  const masked = Uint8Array.from({ length: tokenCount(grid) }, (_, token) => {
    const column = token % columns;
    const row = Math.floor(token / columns) % rows;
    const slice = Math.floor(token / (columns * rows));
    const cell = (row % 2) * 2 + (column % 2);
    return (cell + phase + slice + 1) % CELLS < maskedCells ? 1 : 0;
  });
  return tokenMask(grid, masked);
}
