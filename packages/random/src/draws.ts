import type { Random } from './random.js';

/** A whole number in 0 ... count - 1, each equally likely. One draw. */
export function uniformIndex(count: number, random: Random): number {
  return Math.floor(random() * count);
}

/**
 * `count` different numbers of 0 ... total - 1 in random order (Fisher-Yates, cut short). `count` draws.
 * With `count = total` it is a random permutation.
 */
export function chooseIndices(count: number, total: number, random: Random): Uint32Array {
  const pool = Uint32Array.from({ length: total }, (_, index) => index);
  for (let index = 0; index < count; index += 1) {
    const other = index + uniformIndex(total - index, random);
    const chosen = pool[other]!;
    pool[other] = pool[index]!;
    pool[index] = chosen;
  }
  return pool.subarray(0, count);
}

/** One standard normal number, mean 0 and variance 1 (Box-Muller, the cosine half). Two draws. */
export function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random())); // 1 - [0, 1) keeps the logarithm finite
  return radius * Math.cos(2 * Math.PI * random());
}
