import * as tf from '@tensorflow/tfjs';
import type { Labels } from './features.js';

/** [rows, classes] 1 for the class of each of these examples; the caller disposes it. */
export function oneHot(labels: Labels, rows: Uint32Array, classes: number): tf.Tensor2D {
  const shares = new Float32Array(rows.length * classes);
  for (const [at, row] of rows.entries()) shares[at * classes + labels[row]!] = 1;
  return tf.tensor2d(shares, [rows.length, classes]);
}
