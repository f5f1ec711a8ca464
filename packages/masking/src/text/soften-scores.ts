import type { Random } from '@tgm/random';
import { fastNormal } from './fast-normal.js';

/**
 * Scores with normal noise on them, in units of the deviation of the scores of their own slice.
 *
 * @param scores [slices, perSlice]
 * @param noise standard deviation, from 0.
 */
export function softenScores(
  scores: Float32Array,
  perSlice: number,
  noise: number,
  random: Random,
): Float32Array {
  const softened = new Float32Array(scores.length);
  for (let start = 0; start < scores.length; start += perSlice) {
    const end = start + perSlice;
    const scale = noise * deviationOf(scores, start, end);
    for (let token = start; token < end; token += 1) {
      softened[token] = scores[token]! + scale * fastNormal(random);
    }
  }
  return softened;
}

/** Of the numbers from `start` to before `end`. */
function deviationOf(values: Float32Array, start: number, end: number): number {
  let sum = 0;
  for (let place = start; place < end; place += 1) sum += values[place]!;
  const mean = sum / (end - start);
  let squares = 0;
  for (let place = start; place < end; place += 1) {
    const difference = values[place]! - mean;
    squares += difference * difference;
  }
  return Math.sqrt(squares / (end - start));
}
