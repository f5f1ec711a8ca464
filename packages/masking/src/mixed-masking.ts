import { MaskingError } from './errors.js';
import { checkShare } from './hidden-count.js';
import type { MaskingStrategy } from './strategy.js';

export interface MixedMaskingOptions {
  /** Probability that `other` draws the mask of a clip, [0, 1]. */
  readonly share: number;
}

/**
 * Each clip's mask comes from `other` with probability `share`, else from `strategy`. A text-guided mask mixed with
 * `randomSliceMasking` of the same ratio leaves some clips with evidence for a contrastive loss.
 *
 * Both masks are drawn for every clip, so that strategies that do not fit are found on the first clip and not on the
 * first one that `other` gets.
 *
 * @throws MaskingError `SHARE_OUT_OF_RANGE`; `mask` throws `MASK_COUNT_MISMATCH` when the two hide different numbers of
 *   tokens, and what the two strategies throw.
 */
export function mixedMasking<Cues extends object, OtherCues extends object>(
  strategy: MaskingStrategy<Cues>,
  other: MaskingStrategy<OtherCues>,
  { share }: MixedMaskingOptions,
): MaskingStrategy<Cues & OtherCues> {
  checkShare(share, 'mixedMasking');
  return {
    name: `${strategy.name}+${other.name}`,
    ratio: strategy.ratio,
    requires: [...new Set([...strategy.requires, ...other.requires])],
    mask(request) {
      const useOther = request.random() < share;
      const mask = strategy.mask(request);
      const otherMask = other.mask(request);
      if (mask.masked.length !== otherMask.masked.length) {
        throw new MaskingError('MASK_COUNT_MISMATCH', {
          expected: `as many hidden tokens as ${strategy.name} hides, ${mask.masked.length}`,
          received: `${otherMask.masked.length} from ${other.name}`,
          where: 'mixedMasking',
        });
      }
      return useOther ? otherMask : mask;
    },
  };
}
