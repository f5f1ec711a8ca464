import { describer, optionTable, recorded } from '@tgm/options';
import { chooseIndices } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { tokenCount, tokenMask, tokensPerSlice } from '../token-grid.js';

export interface FrameMaskingOptions {
  /** Share of the slices that are masked, [0, 1). */
  readonly ratio: number;
}

const table = optionTable(
  'frameMasking',
  { ratio: ratioField } satisfies Record<keyof FrameMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Hides floor(slices * ratio) whole slices, drawn at random: the frame masking of VideoMAE's ablation (Tong et al. 2022, section
 * 4.2 and table 2; read in the paper). 0.875 of 8 slices shows one of them. A ratio that is no whole number of slices hides fewer
 * tokens than it says: below 1 / 8 of 8 slices it hides none.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`.
 */
export function frameMasking(options: FrameMaskingOptions): MaskingStrategy {
  const checked: Required<FrameMaskingOptions> = table.check(options);
  const { ratio } = checked;
  return {
    name: 'frame',
    ratio,
    requires: [],
    describe: describer(table.where, recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'frameMasking');
      const { grid, random } = request;
      const perSlice = tokensPerSlice(grid);
      const masked = new Uint8Array(tokenCount(grid));
      for (const slice of chooseIndices(maskedCount(grid.slices, ratio), grid.slices, random)) {
        masked.fill(1, slice * perSlice, (slice + 1) * perSlice);
      }
      return tokenMask(grid, masked);
    },
  };
}
