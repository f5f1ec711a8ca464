import { chooseIndices, type Random } from '@tgm/random';
import type { TokenGrid, TokenMask } from '../strategy.js';
import { tokenCount, tokenMask, tokensPerSlice } from '../token-grid.js';

/**
 * Shows the tokens from `start` to `end` (end exclusive) in the order of time, and masks what is before and behind them. Of a
 * slice of which only some are shown these are drawn at random, so that no corner of the picture is preferred. As many draws
 * as tokens are shown of such slices; none where the window begins and ends between two slices.
 */
export function showWindow(grid: TokenGrid, start: number, end: number, random: Random): TokenMask {
  const perSlice = tokensPerSlice(grid);
  const masked = new Uint8Array(tokenCount(grid)).fill(1);
  for (let slice = 0; slice < masked.length; slice += perSlice) {
    const shown = Math.min(end, slice + perSlice) - Math.max(start, slice);
    if (shown >= perSlice) masked.fill(0, slice, slice + perSlice);
    else if (shown > 0) for (const cell of chooseIndices(shown, perSlice, random)) masked[slice + cell] = 0;
  }
  return tokenMask(grid, masked);
}
