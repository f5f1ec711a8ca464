import { normal, type Random } from '@tgm/random';

/** One number from the symmetric beta distribution with both parameters `alpha`, above 0. */
export function beta(alpha: number, random: Random): number {
  // In logarithms: for small alpha both gamma numbers may be too small for a double.
  const [a, b] = [logGamma(alpha, random), logGamma(alpha, random)];
  return 1 / (1 + Math.exp(b - a));
}

/** Logarithm of a gamma number of shape `alpha` (Marsaglia and Tsang 2000; below 1 by way of alpha + 1). */
function logGamma(alpha: number, random: Random): number {
  const boost = alpha < 1 ? Math.log(1 - random()) / alpha : 0;
  const d = (alpha < 1 ? alpha + 1 : alpha) - 1 / 3;
  for (;;) {
    const x = normal(random);
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      return Math.log(d * v) + boost;
    }
  }
}
