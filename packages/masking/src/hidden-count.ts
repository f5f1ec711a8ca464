import { MaskingError } from './errors.js';

/** Room for the rounding of `total * ratio`: 0.29 * 100 is 28.999999999999996, and 29 is meant. */
const ROUNDING = 1e-9;

/**
 * How many of `total` tokens a ratio hides: floor(total * ratio), exact for decimal ratios. At least one token stays
 * visible.
 */
export function hiddenCount(total: number, ratio: number): number {
  return Math.min(total - 1, Math.floor(total * ratio + ROUNDING));
}

/** @throws MaskingError `RATIO_OUT_OF_RANGE` unless 0 <= ratio < 1. */
export function checkRatio(ratio: number, where: string): void {
  if (ratio >= 0 && ratio < 1) return;
  throw new MaskingError('RATIO_OUT_OF_RANGE', {
    expected: 'a ratio of hidden tokens in [0, 1)',
    received: String(ratio),
    where,
  });
}

/** @throws MaskingError `SHARE_OUT_OF_RANGE` unless 0 <= share <= 1. */
export function checkShare(share: number, where: string): void {
  if (share >= 0 && share <= 1) return;
  throw new MaskingError('SHARE_OUT_OF_RANGE', {
    expected: 'a share in [0, 1]',
    received: String(share),
    where,
  });
}
