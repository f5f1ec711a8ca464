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
 * @param flags [tokens] anything but 0 masks the token.
 * @throws MaskingError `GRID_INVALID`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`.
 */
export function tokenMask(grid: TokenGrid, flags: Uint8Array): TokenMask {
  checkFlags(flags, tokenCount(grid), 'tokenMask, flags');
  const count = flags.reduce((sum, flag) => sum + (flag ? 1 : 0), 0);
  const masked = new Uint32Array(count);
  const visible = new Uint32Array(flags.length - count);
  let maskedEnd = 0;
  let visibleEnd = 0;
  flags.forEach((flag, token) => {
    if (flag) masked[maskedEnd++] = token;
    else visible[visibleEnd++] = token;
  });
  return { grid, visible, masked };
}
