/** A difference of two shares in points, with its 95 % interval. */
export interface Difference {
  readonly points: number;
  readonly from: number;
  readonly to: number;
}

/** Deviations on either side that hold 95 % of a normal distribution. */
const DEVIATIONS = 1.96;

/**
 * How much more often `after` is right than `before` on the same clips. The interval is that of the mean of paired differences:
 * what other test clips would have said, not what other first weights would.
 */
export function pairedDifference(before: readonly boolean[], after: readonly boolean[]): Difference {
  const differences = after.map((right, clip) => Number(right) - Number(before[clip]));
  const mean = meanOf(differences);
  const variance = meanOf(differences.map((difference) => (difference - mean) ** 2));
  const reach = DEVIATIONS * Math.sqrt(variance / (differences.length - 1));
  return { points: 100 * mean, from: 100 * (mean - reach), to: 100 * (mean + reach) };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
