import { showValue } from '@tgm/options';
import { MaskingError } from '../errors.js';
import type { TokenGrid, TokenMask } from '../strategy.js';
import { tokenCount } from '../token-grid.js';

/** The error of a strategy that does not keep the contract. */
export function broken(expected: string, received: string, where: string): MaskingError {
  return new MaskingError('CONTRACT_BROKEN', { expected, received, where });
}

/** Whether an error says that a strategy does not keep the contract. */
export const isBroken = (error: unknown): boolean =>
  error instanceof MaskingError && error.code === 'CONTRACT_BROKEN';

/** What a strategy gave, which has to have two lists and a grid. */
export function requireLists(mask: TokenMask | undefined, where: string): TokenMask {
  const { visible, masked, grid } = mask ?? {};
  const hasLists = visible instanceof Uint32Array && masked instanceof Uint32Array;
  if (mask && hasLists && typeof grid === 'object' && grid !== null) return mask;
  throw broken('a mask: visible and masked, a Uint32Array each, and grid', showValue(mask), where);
}

/** Throws unless the lists ascend, share nothing, and together are all tokens of the grid. */
export function expectMask(mask: TokenMask, grid: TokenGrid, where: string): void {
  expectAscending(mask.visible, `${where}, visible`);
  expectAscending(mask.masked, `${where}, masked`);
  const times = new Uint32Array(tokenCount(grid));
  for (const token of [...mask.visible, ...mask.masked]) {
    if (token >= times.length) throw broken(`tokens below ${times.length}`, String(token), where);
    times[token]! += 1;
  }
  const stray = times.findIndex((each) => each !== 1);
  if (stray >= 0) {
    throw broken(`token ${stray} once in the two lists`, `${times[stray]} times`, where);
  }
  if (mask.visible.length === 0) throw broken('a visible token', 'none', where);
  const sides = [mask.grid.slices, mask.grid.rows, mask.grid.columns];
  if (sides[0] !== grid.slices || sides[1] !== grid.rows || sides[2] !== grid.columns) {
    throw broken('the grid of the request', sides.join(' x '), where);
  }
}

/** Throws unless both masks hide the same tokens. */
export function expectSameMask(mask: TokenMask, other: TokenMask, where: string): void {
  const difference = other.masked.findIndex((token, index) => token !== mask.masked[index]);
  if (difference < 0 && mask.masked.length === other.masked.length) return;
  throw broken(
    `masked tokens ${mask.masked.slice(0, 8).join(', ')}, ...`,
    `${other.masked.slice(0, 8).join(', ')}, ...`,
    where,
  );
}

function expectAscending(tokens: Uint32Array, where: string): void {
  const fault = tokens.findIndex((token, index) => index > 0 && token <= tokens[index - 1]!);
  if (fault < 0) return;
  throw broken('ascending token numbers', `${tokens[fault]} after ${tokens[fault - 1]}`, where);
}
