import { describer, optionTable, recorded } from '@tgm/options';
import { chooseIndices } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { tokenCount, tokenMask } from '../token-grid.js';

export interface RandomMaskingOptions {
  /** Share of all tokens that is masked, [0, 1). */
  readonly ratio: number;
}

/** How `randomMasking` checks its options: the same as a table, for whoever takes them from a user. */
export const randomMaskingOptions = optionTable(
  'randomMasking',
  { ratio: ratioField } satisfies Record<keyof RandomMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Hides floor(tokens * ratio) tokens anywhere in the clip, space and time alike: the rule of ST-MAE
 * (Feichtenhofer et al. 2022).
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`.
 */
export function randomMasking(options: RandomMaskingOptions): MaskingStrategy {
  const checked: Required<RandomMaskingOptions> = randomMaskingOptions.check(options);
  const { ratio } = checked;
  return {
    name: 'random',
    ratio,
    requires: [],
    describe: describer(randomMaskingOptions.where, recorded(randomMaskingOptions, checked)),
    mask(request) {
      checkRequest(request, 'randomMasking');
      const { grid, random } = request;
      const tokens = tokenCount(grid);
      const masked = new Uint8Array(tokens);
      const chosen = chooseIndices(maskedCount(tokens, ratio), tokens, random);
      for (let index = 0; index < chosen.length; index += 1) masked[chosen[index]!] = 1;
      return tokenMask(grid, masked);
    },
  };
}
