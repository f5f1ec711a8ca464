import { showValue } from '@tgm/options';
import { RandomError } from './errors.js';
import type { Random } from './random.js';

/**
 * A whole number in 0 ... count - 1, each equally likely. One draw.
 *
 * @throws RandomError `COUNT_INVALID` unless `count` is a whole number from 1.
 */
export function uniformIndex(count: number, random: Random): number {
  if (!Number.isInteger(count) || count < 1)
    throw wrongCount('uniformIndex, count', 'a whole number from 1', count);
  return Math.floor(random() * count);
}

/**
 * `count` different numbers of 0 ... total - 1 in random order (Fisher-Yates, cut short). `count` draws.
 * With `count = total` it is a random permutation.
 *
 * @throws RandomError `COUNT_INVALID` unless both are whole numbers and 0 <= count <= total.
 */
export function chooseIndices(count: number, total: number, random: Random): Uint32Array {
  if (!Number.isInteger(total) || total < 0) {
    throw wrongCount('chooseIndices, total', 'a whole number from 0', total);
  }
  if (!Number.isInteger(count) || count < 0 || count > total) {
    throw wrongCount('chooseIndices, count', `a whole number from 0 to ${total}`, count);
  }
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

function wrongCount(where: string, expected: string, count: unknown): RandomError {
  return new RandomError('COUNT_INVALID', { where, expected, received: showValue(count) });
}
