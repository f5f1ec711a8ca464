import { MaskingError } from './errors.js';
import type { TokenGrid, TokenMask } from './strategy.js';
import { checkGrid, tokenCount, tokenMask } from './token-grid.js';

/** Cells of a block of 2 x 2. */
const CELLS = 4;

/**
 * The decoder's mask of VideoMAE V2 (L. Wang et al., arXiv 2303.16727, section 3.1): of every block of 2 x 2 the same
 * cells, which run around the block from slice to slice.
 *
 * @param ratio share of a block that is masked: 0.25, 0.5 or 0.75, or what truncates to one of them.
 * @param phase 0 to 3, where the run begins.
 * @returns `masked`: the tokens that the decoder leaves out; `visible`: those that it reconstructs where the encoder did
 *   not see them.
 * @throws MaskingError `GRID_INVALID` when rows or columns are odd, `RATIO_OUT_OF_RANGE`, `PHASE_OUT_OF_RANGE`.
 */
export function runningCellMask(grid: TokenGrid, ratio: number, phase: number): TokenMask {
  const { rows, columns } = grid;
  checkGrid(grid, WHERE);
  if (rows % 2 !== 0 || columns % 2 !== 0) {
    const received = `${rows} x ${columns}`;
    throw new MaskingError('GRID_INVALID', { expected: 'even rows and columns', received, where: WHERE });
  }
  const maskedCells = Math.trunc(CELLS * ratio);
  if (!(maskedCells >= 1 && maskedCells < CELLS)) {
    const expected = 'a ratio in [0.25, 1)';
    throw new MaskingError('RATIO_OUT_OF_RANGE', { expected, received: String(ratio), where: WHERE });
  }
  if (![0, 1, 2, 3].includes(phase)) {
    const expected = 'a phase of 0, 1, 2 or 3';
    throw new MaskingError('PHASE_OUT_OF_RANGE', { expected, received: String(phase), where: WHERE });
  }
  const hidden = Uint8Array.from({ length: tokenCount(grid) }, (_, token) => {
    const column = token % columns;
    const row = Math.floor(token / columns) % rows;
    const slice = Math.floor(token / (columns * rows));
    const cell = (row % 2) * 2 + (column % 2);
    return (cell + phase + slice + 1) % CELLS < maskedCells ? 1 : 0;
  });
  return tokenMask(grid, hidden);
}

const WHERE = 'runningCellMask';
