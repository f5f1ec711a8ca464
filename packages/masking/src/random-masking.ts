import { chooseIndices } from '@tgm/random';
import { checkRatio, hiddenCount } from './hidden-count.js';
import type { MaskingStrategy } from './strategy.js';
import { checkGrid, tokenCount, tokenMask } from './token-grid.js';

export interface RandomMaskingOptions {
  /** Share of all tokens that is hidden, [0, 1). */
  readonly ratio: number;
}

/**
 * Hides floor(tokens * ratio) tokens anywhere in the clip, space and time alike: the rule of ST-MAE
 * (Feichtenhofer et al. 2022).
 *
 * @throws MaskingError `RATIO_OUT_OF_RANGE`; `mask` throws `GRID_INVALID`.
 */
export function randomMasking({ ratio }: RandomMaskingOptions): MaskingStrategy {
  checkRatio(ratio, 'randomMasking');
  return {
    name: 'random',
    ratio,
    requires: [],
    mask({ grid, random }) {
      checkGrid(grid, 'randomMasking');
      const tokens = tokenCount(grid);
      const hidden = new Uint8Array(tokens);
      for (const token of chooseIndices(hiddenCount(tokens, ratio), tokens, random)) hidden[token] = 1;
      return tokenMask(grid, hidden);
    },
  };
}
