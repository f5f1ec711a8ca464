import { callable, describer, listOf, objectWith, optionTable, recorded, text } from '@tgm/options';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import { ratioField, shareField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';

export interface MixedMaskingOptions {
  /** Probability that `other` draws the mask of a clip, [0, 1]. */
  readonly share: number;
}

const strategyField = objectWith<MaskingStrategy>('a masking strategy', [
  'name',
  'ratio',
  'requires',
  'mask',
  'describe',
]);

const parts = optionTable('mixedMasking', { strategy: strategyField, other: strategyField }, MaskingError);

const members = {
  name: text(),
  ratio: ratioField,
  requires: listOf(text()),
  mask: callable(),
  describe: callable(),
};

const strategyTable = optionTable('mixedMasking, strategy', members, MaskingError);
const otherTable = optionTable('mixedMasking, other', members, MaskingError);

const table = optionTable(
  'mixedMasking',
  { share: shareField } satisfies Record<keyof MixedMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Each clip's mask comes from `other` with probability `share`, else from `strategy`. A text-guided mask mixed with
 * `randomSliceMasking` of the same ratio leaves some clips with evidence for a contrastive loss. The text masks among
 * them still tell their captions (see `textGuidedMasking`).
 *
 * Both masks are drawn for every clip, so that strategies that do not fit are found on the first clip and not on the
 * first one that `other` gets.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`, `MASK_COUNT_MISMATCH` when the
 *   two hide different numbers of tokens, and what the two strategies throw.
 */
export function mixedMasking<Cues extends object, OtherCues extends object>(
  strategy: MaskingStrategy<Cues>,
  other: MaskingStrategy<OtherCues>,
  options: MixedMaskingOptions,
): MaskingStrategy<Cues & OtherCues> {
  const mixed = parts.check({ strategy, other });
  strategyTable.check(membersOf(strategy));
  otherTable.check(membersOf(other));
  const checked: Required<MixedMaskingOptions> = table.check(options);
  const { share } = checked;
  return {
    name: `${strategy.name}+${other.name}`,
    ratio: strategy.ratio,
    requires: [...new Set([...strategy.requires, ...other.requires])],
    describe: describer(table.where, recorded(parts, mixed), recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'mixedMasking');
      const useOther = request.random() < share;
      const mask = strategy.mask(request);
      const otherMask = other.mask(request);
      if (mask.masked.length !== otherMask.masked.length) {
        throw new MaskingError('MASK_COUNT_MISMATCH', {
          expected: `as many masked tokens as ${strategy.name} hides, ${mask.masked.length}`,
          received: `${otherMask.masked.length} from ${other.name}`,
          where: 'mixedMasking',
        });
      }
      return useOther ? otherMask : mask;
    },
  };
}

const membersOf = ({ name, ratio, requires, mask, describe }: MaskingStrategy<never>) => ({
  name,
  ratio,
  requires,
  mask,
  describe,
});
