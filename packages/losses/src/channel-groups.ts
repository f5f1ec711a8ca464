import * as tf from '@tensorflow/tfjs';

/**
 * [Q, G] 1 where a number of a token belongs to a group: number i to group i mod G. Products with it sum over a group, and
 * hand the sums back to their places, much faster than broadcasting along a last dimension of 3.
 */
export function groupMatrix(numbers: number, groups: number): tf.Tensor2D {
  const values = new Float32Array(numbers * groups);
  for (let place = 0; place < numbers; place++) values[place * groups + (place % groups)] = 1;
  return tf.tensor2d(values, [numbers, groups]);
}
