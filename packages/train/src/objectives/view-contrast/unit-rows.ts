import * as tf from '@tensorflow/tfjs';
import { normal, type Random } from '@tgm/masking';

/** Random directions: [count, width], each row of length 1. */
export function unitRows(count: number, width: number, random: Random): tf.Tensor2D {
  const rows = new Float32Array(count * width);
  for (let row = 0; row < count; row++) {
    const own = rows.subarray(row * width, (row + 1) * width);
    for (let at = 0; at < width; at++) own[at] = normal(random);
    const length = Math.hypot(...own);
    for (let at = 0; at < width; at++) own[at]! /= length;
  }
  return tf.tensor2d(rows, [count, width]);
}
