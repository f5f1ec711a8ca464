import * as tf from '@tensorflow/tfjs';
import { normal, type Random } from '@tgm/masking';

/** Random directions: [count, width], each row of length 1. */
export function drawDirections(count: number, width: number, random: Random): tf.Tensor2D {
  const rows = new Float32Array(count * width);
  for (let start = 0; start < rows.length; start += width) {
    let squares = 0;
    for (let at = start; at < start + width; at++) {
      rows[at] = normal(random);
      squares += rows[at]! ** 2;
    }
    const length = Math.sqrt(squares);
    for (let at = start; at < start + width; at++) rows[at]! /= length;
  }
  return tf.tensor2d(rows, [count, width]);
}
