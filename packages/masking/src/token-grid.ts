import { showValue } from '@tgm/options';
import { checkFlags } from './array-checks.js';
import { MaskingError } from './errors.js';
import type { TokenGrid, TokenMask } from './strategy.js';

/**
 * Tokens of one slice.
 *
 * @throws MaskingError `GRID_INVALID`.
 */
export function tokensPerSlice(grid: TokenGrid): number {
  checkGrid(grid, 'tokensPerSlice');
  return grid.rows * grid.columns;
}

/**
 * Tokens of the clip.
 *
 * @throws MaskingError `GRID_INVALID`.
 */
export function tokenCount(grid: TokenGrid): number {
  checkGrid(grid, 'tokenCount');
  return grid.slices * grid.rows * grid.columns;
}

/** @throws MaskingError `GRID_INVALID` unless every side is a positive whole number. */
export function checkGrid(grid: TokenGrid, where: string): void {
  const sides = [grid?.slices, grid?.rows, grid?.columns];
  if (sides.every((side) => Number.isSafeInteger(side) && side > 0)) return;
  throw new MaskingError('GRID_INVALID', {
    expected: 'a grid of positive whole numbers (slices, rows, columns)',
    received: sides.every((side) => typeof side === 'number') ? sides.join(' x ') : showValue(grid),
    where,
  });
}

/**
 * The two index lists of a clip.
 *
 * @param hidden [tokens] anything but 0 hides the token.
 * @throws MaskingError `GRID_INVALID`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`.
 */
export function tokenMask(grid: TokenGrid, hidden: Uint8Array): TokenMask {
  checkFlags(hidden, tokenCount(grid), 'tokenMask, hidden');
  const count = hidden.reduce((sum, flag) => sum + (flag ? 1 : 0), 0);
  const masked = new Uint32Array(count);
  const visible = new Uint32Array(hidden.length - count);
  let maskedEnd = 0;
  let visibleEnd = 0;
  hidden.forEach((flag, token) => {
    if (flag) masked[maskedEnd++] = token;
    else visible[visibleEnd++] = token;
  });
  return { grid, visible, masked };
}
