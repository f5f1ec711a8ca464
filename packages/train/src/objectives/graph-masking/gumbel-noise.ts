import type { Random } from '@tgm/masking';

/**
 * Standard Gumbel noise. The tokens with the largest sums of logarithm of probability and noise are a draw without replacement
 * (Gumbel top-k; Kool et al., arXiv 1903.06059).
 */
export const gumbelNoise = (random: Random, count: number): Float32Array =>
  // A draw of 0 would be minus infinity.
  Float32Array.from({ length: count }, () => -Math.log(-Math.log(Math.max(random(), Number.MIN_VALUE))));
