import * as tf from '@tensorflow/tfjs';

/** Added to the squared length, so that a zero vector stays zero and has a finite gradient. */
const EPSILON = 1e-12;

/** Rows of length 1. [B, E] -> [B, E] */
export function l2Normalise(rows: tf.Tensor2D): tf.Tensor2D {
  const length = tf.sqrt(tf.add(tf.sum(tf.mul(rows, rows), 1, true), EPSILON)); // [B, 1]
  return tf.div(rows, length);
}
