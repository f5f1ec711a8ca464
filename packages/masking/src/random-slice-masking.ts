import { chooseIndices } from '@tgm/random';
import { checkRatio, hiddenCount } from './hidden-count.js';
import type { MaskingStrategy } from './strategy.js';
import { checkGrid, tokenCount, tokenMask, tokensPerSlice } from './token-grid.js';

export interface RandomSliceMaskingOptions {
  /** Share of each slice that is hidden, [0, 1). */
  readonly ratio: number;
}

/**
 * Hides floor(rows * columns * ratio) tokens of each slice, drawn afresh for every slice. It hides as many as the
 * motion and text rules do, so it is the one to mix with them.
 *
 * @throws MaskingError `RATIO_OUT_OF_RANGE`; `mask` throws `GRID_INVALID`.
 */
export function randomSliceMasking({ ratio }: RandomSliceMaskingOptions): MaskingStrategy {
  checkRatio(ratio, 'randomSliceMasking');
  return {
    name: 'random-slice',
    ratio,
    requires: [],
    mask({ grid, random }) {
      checkGrid(grid, 'randomSliceMasking');
      const perSlice = tokensPerSlice(grid);
      const count = hiddenCount(perSlice, ratio);
      const hidden = new Uint8Array(tokenCount(grid));
      for (let start = 0; start < hidden.length; start += perSlice) {
        for (const cell of chooseIndices(count, perSlice, random)) hidden[start + cell] = 1;
      }
      return tokenMask(grid, hidden);
    },
  };
}
