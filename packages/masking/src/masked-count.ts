import { number, optionTable, wholeNumber } from '@tgm/options';
import { MaskingError } from './errors.js';

/** A share of tokens that are masked: one token at least stays visible. */
export const ratioField = number({ from: 0, below: 1 });

/** A share that may be all. */
export const shareField = number({ from: 0, to: 1 });

const table = optionTable(
  'maskedCount',
  { total: wholeNumber({ from: 1 }), ratio: ratioField },
  MaskingError,
);

/**
 * How many of `total` tokens a ratio hides: floor(total * ratio), or the largest k for which k / total, in double
 * precision, is not above the ratio. So 0.29 of 100 is 29, although 0.29 * 100 is 28.999999999999996, and 1 / 3 of 30
 * is 10. It is exact for every ratio and total whose digits together are 15 or fewer: such a ratio and a k / total
 * above it are different doubles.
 *
 * @param total from 1.
 * @param ratio in [0, 1). At least one token stays visible.
 * @throws MaskingError `OPTION_INVALID`.
 */
export function maskedCount(total: number, ratio: number): number {
  table.check({ total, ratio });
  return floorOfShare(total, ratio);
}

/** The same without checks; 0 of 0. */
export function floorOfShare(total: number, ratio: number): number {
  const nearest = Math.round(total * ratio);
  return nearest === 0 || nearest / total <= ratio ? nearest : nearest - 1;
}
