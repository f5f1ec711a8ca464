import { MaskingError } from './errors.js';
import type { TokenGrid, TokenMask } from './strategy.js';

/** Tokens of one slice. */
export function tokensPerSlice(grid: TokenGrid): number {
  return grid.rows * grid.columns;
}

/** Tokens of the clip. */
export function tokenCount(grid: TokenGrid): number {
  return grid.slices * grid.rows * grid.columns;
}

/** @throws MaskingError `GRID_INVALID` unless every side is a positive whole number. */
export function checkGrid(grid: TokenGrid, where: string): void {
  const sides = [grid.slices, grid.rows, grid.columns];
  if (sides.every((side) => Number.isInteger(side) && side > 0)) return;
  throw new MaskingError('GRID_INVALID', {
    expected: 'a grid of positive whole numbers',
    received: sides.join(' x '),
    where,
  });
}

/**
 * The two index lists of a clip.
 *
 * @param hidden [tokens] anything but 0 hides the token.
 */
export function tokenMask(grid: TokenGrid, hidden: Uint8Array): TokenMask {
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
