import { describer, optionTable, recorded } from '@tgm/options';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { tokenCount } from '../token-grid.js';
import { showWindow } from './show-window.js';

export interface CausalMaskingOptions {
  /** Share of all tokens that is masked, [0, 1): the end of the clip. */
  readonly ratio: number;
}

const table = optionTable(
  'causalMasking',
  { ratio: ratioField } satisfies Record<keyof CausalMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Shows the beginning of the clip and masks its last floor(tokens * ratio) tokens, so that what comes has to be told from what
 * was: the context of CPC (van den Oord et al. 2018, section 2). Where the ratio is no whole number of slices, the visible
 * tokens of the slice at the border are drawn at random. A `windowMasking` with its border in the same slice draws others and
 * so shows some of them too: for CPC let the borders lie between slices.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`.
 */
export function causalMasking(options: CausalMaskingOptions): MaskingStrategy {
  const checked: Required<CausalMaskingOptions> = table.check(options);
  const { ratio } = checked;
  return {
    name: 'causal',
    ratio,
    requires: [],
    describe: describer(table.where, recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'causalMasking');
      const { grid, random } = request;
      const tokens = tokenCount(grid);
      return showWindow(grid, 0, tokens - maskedCount(tokens, ratio), random);
    },
  };
}
