import { showValue } from '@tgm/options';
import { RandomError } from './errors.js';
import type { Random } from './random.js';

/**
 * A whole number in 0 ... count - 1, each equally likely. One draw.
 *
 * @throws RandomError `OPTION_INVALID` unless `count` is a whole number from 1 and `random` gives numbers of
 *   [0, 1).
 */
export function uniformIndex(count: number, random: Random): number {
  if (!Number.isInteger(count) || count < 1)
    throw refusal('uniformIndex, count', 'a whole number from 1', count);
  checkRandom(random, 'uniformIndex');
  return Math.floor(draw(random, 'uniformIndex') * count);
}

/**
 * `count` different numbers of 0 ... total - 1 in random order (Fisher-Yates, cut short). `count` draws.
 * With `count = total` it is a random permutation.
 *
 * @throws RandomError `OPTION_INVALID` unless both are whole numbers, 0 <= count <= total, and `random`
 *   gives numbers of [0, 1).
 */
export function chooseIndices(count: number, total: number, random: Random): Uint32Array {
  if (!Number.isInteger(total) || total < 0) {
    throw refusal('chooseIndices, total', 'a whole number from 0', total);
  }
  if (!Number.isInteger(count) || count < 0 || count > total) {
    throw refusal('chooseIndices, count', `a whole number from 0 to ${total}`, count);
  }
  checkRandom(random, 'chooseIndices');
  const pool = new Uint32Array(total);
  for (let index = 0; index < total; index += 1) pool[index] = index;
  for (let index = 0; index < count; index += 1) {
    const other = index + Math.floor(draw(random, 'chooseIndices') * (total - index));
    const chosen = pool[other]!;
    pool[other] = pool[index]!;
    pool[index] = chosen;
  }
  return pool.subarray(0, count);
}

/**
 * One standard normal number, mean 0 and variance 1 (Box-Muller, the cosine half). Two draws.
 *
 * @throws RandomError `OPTION_INVALID` unless `random` gives numbers of [0, 1).
 */
export function normal(random: Random): number {
  checkRandom(random, 'normal');
  const radius = Math.sqrt(-2 * Math.log(1 - draw(random, 'normal'))); // 1 - [0, 1) keeps the logarithm finite
  return radius * Math.cos(2 * Math.PI * draw(random, 'normal'));
}

function checkRandom(random: unknown, where: string): void {
  if (typeof random === 'function') return;
  throw refusal(`${where}, random`, 'a function, such as seededRandom gives', random);
}

function draw(random: Random, where: string): number {
  const drawn = random();
  if (drawn >= 0 && drawn < 1) return drawn;
  throw refusal(`${where}, random`, 'a generator of numbers from 0 and below 1', drawn);
}

function refusal(where: string, expected: string, received: unknown): RandomError {
  return new RandomError('OPTION_INVALID', { where, expected, received: showValue(received) });
}
