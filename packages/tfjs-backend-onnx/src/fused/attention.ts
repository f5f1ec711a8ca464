import * as tf from '@tensorflow/tfjs';
import { shapeMismatch } from '../errors.js';
import { FUSED } from '../kernels/fused.js';
import { attentionNumbers } from '../options.js';
import { onOnnx, runFused } from './run-fused.js';

/** Attention weights of more bytes than this are not kept for the gradient but computed again, head by head. */
const MOST_KEPT = 2 ** 25;

/**
 * softmax(q kᵀ scale + mask) v per head (Vaswani et al. 2017, section 3.2.1).
 *
 * @param q `[B, heads, N, headDim]`
 * @param k `[B, heads, M, headDim]`
 * @param v `[B, heads, M, headDim]`
 * @param scale factor of the products, usually 1 / sqrt(headDim)
 * @param mask added to the scaled products, broadcast to `[B, heads, N, M]`; a constant, it has no gradient
 * @returns `[B, heads, N, headDim]`
 * @throws EngineError `OPTION_INVALID`, `ONNX_SHAPE`
 */
export function attention(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  scale: number,
  mask?: tf.Tensor,
): tf.Tensor {
  attentionNumbers.check({ scale });
  checkShapes(q, k, v);
  if (!onOnnx()) return composed(q, k, v, scale, mask);
  const [batch, heads, rows] = q.shape as [number, number, number];
  const bytes = 4 * batch * heads * rows * k.shape[2]!;
  const oneWidth = q.shape[3] === v.shape[3];
  return bytes > MOST_KEPT && oneWidth && !mask
    ? withoutWeights(q, k, v, scale)
    : allHeads(q, k, v, scale, mask);
}

function checkShapes(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor): void {
  const alike = (a: tf.Tensor, b: tf.Tensor, axes: readonly number[]) =>
    axes.every((axis) => a.shape[axis] === b.shape[axis]);
  if ([q, k, v].every(({ rank }) => rank === 4) && alike(q, k, [0, 1, 3]) && alike(k, v, [0, 1, 2])) return;
  const expected = '[B, heads, N, headDim], [B, heads, M, headDim] and [B, heads, M, width]';
  throw shapeMismatch('attention', expected, [q.shape, k.shape, v.shape]);
}

function composed(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, scale: number, mask?: tf.Tensor): tf.Tensor {
  const scores = tf.matMul(q, k, false, true).mul(scale);
  return tf.matMul(tf.softmax(mask ? scores.add(mask) : scores), v);
}

type Gradient = (dy: tf.Tensor, saved: tf.Tensor[]) => tf.Tensor[];

/** q, k and v as an operation with its own gradient; `compute` gives the output, what to save and the gradient. */
function custom(
  operands: readonly tf.Tensor[],
  compute: (...operands: tf.Tensor[]) => { value: tf.Tensor; saved: tf.Tensor[]; gradient: Gradient },
): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [q, k, v, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const { value, saved, gradient } = compute(q, k, v);
    save(saved);
    return { value, gradFunc: (dy, saved) => gradient(dy as tf.Tensor, saved) };
  });
  return op(...operands);
}

function allHeads(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, scale: number, mask?: tf.Tensor): tf.Tensor {
  return custom([q, k, v], (queries, keys, values) => {
    const scores = product(queries!, keys!, { transposeB: true, alpha: scale });
    const weights = tf.softmax(mask ? scores.add(mask) : scores);
    const value = product(weights, values!);
    const gradient: Gradient = (dy, [q, k, v, weights, output]) =>
      gradients(q!, k!, v!, weights!, output!, dy, scale);
    return { value, saved: [queries!, keys!, values!, weights, value], gradient };
  });
}

/**
 * Forward in blocks, as FlashAttention (Dao et al. 2022), and backward one head after the other, so that the weights of one are
 * in memory at a time.
 */
function withoutWeights(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, scale: number): tf.Tensor {
  return custom([q, k, v], (queries, keys, values) => {
    const value = runFused(FUSED.attention, { q: queries!, k: keys!, v: values! }, { scale })[0]!;
    const gradient: Gradient = (dy, saved) => headGradients(dy, saved, scale);
    return { value, saved: [queries!, keys!, values!, value], gradient };
  });
}

/** `[B, heads, N, headDim]` as B heads of `[1, N, headDim]`. */
function splitHeads(x: tf.Tensor): tf.Tensor[] {
  const [batch, heads, rows, width] = x.shape as [number, number, number, number];
  return tf.split(x.reshape([batch * heads, rows, width]), batch * heads);
}

function headGradients(dy: tf.Tensor, saved: readonly tf.Tensor[], scale: number): tf.Tensor[] {
  const operands = saved.slice(0, 3);
  const [keys, values, outputs, slopes] = [...saved.slice(1), dy].map(splitHeads);
  const heads = splitHeads(saved[0]!).map((query, head) => {
    const key = keys![head]!;
    const weights = tf.softmax(product(query, key, { transposeB: true, alpha: scale }));
    const ofHead = gradients(query, key, values![head]!, weights, outputs![head]!, slopes![head]!, scale);
    // In one tensor, so that a head is done with before the next one begins.
    return tf.concat(ofHead, 1);
  });
  const rows = operands.map(({ shape }) => shape[2]!);
  return tf.split(tf.concat(heads), rows, 1).map((part, index) => part.reshape(operands[index]!.shape));
}

/**
 * Dao et al. 2022, appendix B.2: the softmax's row sums are those of dO and O, so no third N x M product. They are
 * taken off inside the product with v, as one more column of it, which saves a pass over N x M numbers.
 */
function gradients(
  q: tf.Tensor,
  k: tf.Tensor,
  v: tf.Tensor,
  weights: tf.Tensor,
  output: tf.Tensor,
  dy: tf.Tensor,
  scale: number,
): tf.Tensor[] {
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
