import { describer, optionTable, recorded } from '@tgm/options';
import { chooseIndices } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import { ratioField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { tokenCount, tokenMask, tokensPerSlice } from '../token-grid.js';

export interface TubeMaskingOptions {
  /** Share of each slice that is masked, [0, 1). */
  readonly ratio: number;
}

/** How `tubeMasking` checks its options: the same as a table, for whoever takes them from a user. */
export const tubeMaskingOptions = optionTable(
  'tubeMasking',
  { ratio: ratioField } satisfies Record<keyof TubeMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Hides the same cells in every slice, so that nothing can be copied from a neighbouring frame (VideoMAE, Tong et al.
 * 2022). The count is VideoMAE's: `ratio * rows * columns` in double precision, truncated; 0.9 of 14 x 14 hides 176.
 * For a few ratios the product rounds below a whole number, and this rule hides one token a slice fewer than the others.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`.
 */
export function tubeMasking(options: TubeMaskingOptions): MaskingStrategy {
  const checked: Required<TubeMaskingOptions> = tubeMaskingOptions.check(options);
  const { ratio } = checked;
  return {
    name: 'tube',
    ratio,
    requires: [],
    describe: describer(tubeMaskingOptions.where, recorded(tubeMaskingOptions, checked)),
    mask(request) {
      checkRequest(request, 'tubeMasking');
      const { grid, random } = request;
      const perSlice = tokensPerSlice(grid);
      const cells = chooseIndices(Math.trunc(ratio * perSlice), perSlice, random);
      const masked = new Uint8Array(tokenCount(grid));
      for (const cell of cells) masked[cell] = 1;
      for (let start = perSlice; start < masked.length; start += perSlice)
        masked.copyWithin(start, 0, perSlice);
      return tokenMask(grid, masked);
    },
  };
}
