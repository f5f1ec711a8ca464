import { describer, optionTable, recorded } from '@tgm/options';
import { chooseIndices } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { tokenCount, tokenMask, tokensPerSlice } from '../token-grid.js';

export interface RandomSliceMaskingOptions {
  /** Share of each slice that is masked, [0, 1). */
  readonly ratio: number;
}

/** How `randomSliceMasking` checks its options: the same as a table, for whoever takes them from a user. */
export const randomSliceMaskingOptions = optionTable(
  'randomSliceMasking',
  { ratio: ratioField } satisfies Record<keyof RandomSliceMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Hides floor(rows * columns * ratio) tokens of each slice, drawn afresh for every slice. It hides as many as the
 * motion and text rules do, so it is the one to mix with them.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`.
 */
export function randomSliceMasking(options: RandomSliceMaskingOptions): MaskingStrategy {
  const checked: Required<RandomSliceMaskingOptions> = randomSliceMaskingOptions.check(options);
  const { ratio } = checked;
  return {
    name: 'random-slice',
    ratio,
    requires: [],
    describe: describer(randomSliceMaskingOptions.where, recorded(randomSliceMaskingOptions, checked)),
    mask(request) {
      checkRequest(request, 'randomSliceMasking');
      const { grid, random } = request;
      const perSlice = tokensPerSlice(grid);
      const count = maskedCount(perSlice, ratio);
      const masked = new Uint8Array(tokenCount(grid));
      for (let start = 0; start < masked.length; start += perSlice) {
        const cells = chooseIndices(count, perSlice, random);
        for (let index = 0; index < count; index += 1) masked[start + cells[index]!] = 1;
      }
      return tokenMask(grid, masked);
    },
  };
}
