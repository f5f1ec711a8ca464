import { describer, number, optionTable, recorded } from '@tgm/options';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import type { MaskingStrategy } from '../strategy.js';
import { tokenCount } from '../token-grid.js';
import { showWindow } from './show-window.js';

export interface WindowMaskingOptions {
  /** Where the visible part begins, as a share of the clip's time, [0, 1). */
  readonly from: number;
  /** Where it ends, exclusive, above `from` and to 1. */
  readonly to: number;
}

const table = optionTable(
  'windowMasking',
  { from: number({ from: 0, below: 1 }), to: number({ above: 0, to: 1 }) } satisfies Record<
    keyof WindowMaskingOptions,
    unknown
  >,
  MaskingError,
);

/**
 * Shows a part of the clip's time and masks all before and behind it: `{ from: 3 / 4, to: 1 }` shows the last two of eight
 * slices, such as CPC predicts from the first ones (van den Oord et al. 2018, section 2). At least one token is shown. Where a
 * border lies within a slice, the visible tokens of that slice are drawn at random. Two masks with a border in one slice may
 * show the same tokens of it: for CPC let the borders lie between slices.
 *
 * @throws MaskingError `OPTION_INVALID`, also where `to` is not above `from`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`.
 */
export function windowMasking(options: WindowMaskingOptions): MaskingStrategy {
  const checked: Required<WindowMaskingOptions> = table.check(options);
  const { from, to } = checked;
  if (to <= from) {
    throw new MaskingError('OPTION_INVALID', {
      where: 'windowMasking, option to',
      expected: `a number above from, ${from}`,
      received: String(to),
    });
  }
  return {
    name: 'window',
    ratio: 1 - (to - from),
    requires: [],
    describe: describer(table.where, recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'windowMasking');
      const { grid, random } = request;
      const tokens = tokenCount(grid);
      const start = Math.min(Math.round(tokens * from), tokens - 1);
      return showWindow(grid, start, Math.max(Math.round(tokens * to), start + 1), random);
    },
  };
}
