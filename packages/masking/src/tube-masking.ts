import { chooseIndices } from '@tgm/random';
import { checkRatio } from './hidden-count.js';
import type { MaskingStrategy } from './strategy.js';
import { checkGrid, tokenCount, tokenMask, tokensPerSlice } from './token-grid.js';

export interface TubeMaskingOptions {
  /** Share of each slice that is hidden, [0, 1). */
  readonly ratio: number;
}

/**
 * Hides the same cells in every slice, so that nothing can be copied from a neighbouring frame (VideoMAE, Tong et al.
 * 2022). The count is VideoMAE's: `ratio * rows * columns` in double precision, truncated; 0.9 of 14 x 14 hides 176.
 * For a few ratios the product rounds below a whole number, and this rule hides one token a slice fewer than the others.
 *
 * @throws MaskingError `RATIO_OUT_OF_RANGE`; `mask` throws `GRID_INVALID`.
 */
export function tubeMasking({ ratio }: TubeMaskingOptions): MaskingStrategy {
  checkRatio(ratio, 'tubeMasking');
  return {
    name: 'tube',
    ratio,
    requires: [],
    mask({ grid, random }) {
      checkGrid(grid, 'tubeMasking');
      const perSlice = tokensPerSlice(grid);
      const cells = chooseIndices(Math.trunc(ratio * perSlice), perSlice, random);
      const hidden = new Uint8Array(tokenCount(grid));
      for (let start = 0; start < hidden.length; start += perSlice) {
        for (const cell of cells) hidden[start + cell] = 1;
      }
      return tokenMask(grid, hidden);
    },
  };
}
