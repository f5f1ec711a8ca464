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
    const slice = scores.subarray(start, start + perSlice);
    const scale = noise * deviationOf(slice);
    for (let cell = 0; cell < perSlice; cell += 1) {
      softened[start + cell] = slice[cell]! + scale * fastNormal(random);
    }
  }
  return softened;
}

function deviationOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
