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

/** [tokens + 1] each: where the lists of a mask grow, until it is known how long they are. */
let lists = { visible: new Uint32Array(), masked: new Uint32Array() };

/**
 * The two index lists of a clip.
 *
 * @param flags [tokens] anything but 0 masks the token.
 * @throws MaskingError `GRID_INVALID`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`.
 */
export function tokenMask(grid: TokenGrid, flags: Uint8Array): TokenMask {
  checkFlags(flags, tokenCount(grid), 'tokenMask, flags');
  const { length } = flags;
  if (lists.masked.length <= length) {
    lists = { visible: new Uint32Array(length + 1), masked: new Uint32Array(length + 1) };
  }
  const { visible, masked } = lists;
  let count = 0;
  // Each token is written to both lists, and one of them goes on. A branch would be foreseen in half of the cases.
  for (let token = 0; token < length; token += 1) {
    visible[token - count] = token;
    masked[count] = token;
    count += -flags[token]! >>> 31;
  }
  return { grid, visible: visible.slice(0, length - count), masked: masked.slice(0, count) };
}
