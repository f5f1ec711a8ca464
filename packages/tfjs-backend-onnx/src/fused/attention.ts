import * as tf from '@tensorflow/tfjs';
import { FUSED } from '../kernels/fused.js';
import { onOnnx, runFused } from './run-fused.js';

/**
 * softmax(q kᵀ scale + mask) v per head (Vaswani et al. 2017, section 3.2.1).
 *
 * @param q `[B, heads, N, headDim]`
 * @param k `[B, heads, M, headDim]`
 * @param v `[B, heads, M, headDim]`
 * @param scale factor of the products, usually 1 / sqrt(headDim)
 * @param mask added to the scaled products, broadcast to `[B, heads, N, M]`; a constant, it has no gradient
 * @returns `[B, heads, N, headDim]`
 */
export function attention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  scale: number,
  mask?: tf.Tensor,
): tf.Tensor {
  return onOnnx() ? fused(q, k, v, scale, mask) : composed(q, k, v, scale, mask);
}

function composed(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, scale: number, mask?: tf.Tensor): tf.Tensor {
  const scores = tf.matMul(q, k, false, true).mul(scale);
  return tf.matMul(tf.softmax(mask ? scores.add(mask) : scores), v);
}

function fused(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, scale: number, mask?: tf.Tensor): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [queries, keys, values, save] = args as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.GradSaveFunc,
    ];
    const scores = product(queries, keys, { transposeB: true, alpha: scale });
    const weights = tf.softmax(mask ? scores.add(mask) : scores);
    const value = product(weights, values);
    save([queries, keys, values, weights, value]);
    return { value, gradFunc: (dy, saved) => gradient(dy as tf.Tensor, saved, scale) };
  });
  return op(q, k, v);
}

/**
 * Dao et al. 2022, appendix B.2: the softmax's row sums are those of dO and O, so no third N x M product. They are
 * taken off inside the product with v, as one more column of it, which saves a pass over N x M numbers.
 */
function gradient(dy: tf.Tensor, saved: tf.Tensor[], scale: number): tf.Tensor[] {
  const [q, k, v, weights, output] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const dv = product(weights, dy, { transposeA: true });
  const rowSums = dy.mul(output).sum(-1, true);
  const ones = tf.ones([...v.shape.slice(0, -1), 1]);
  const centred = product(tf.concat([dy, rowSums.neg()], -1), tf.concat([v, ones], -1), { transposeB: true });
  const dScores = weights.mul(centred);
  const dq = product(dScores, k, { alpha: scale });
  const dk = product(dScores, q, { transposeA: true, alpha: scale });
  return [dq, dk, dv];
}

interface Product {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly alpha?: number;
}

function product(a: tf.Tensor, b: tf.Tensor, options: Product = {}): tf.Tensor {
  return runFused(FUSED.product, { a, b }, options)[0]!;
}
