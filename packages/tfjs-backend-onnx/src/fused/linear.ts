import * as tf from '@tensorflow/tfjs';
import { shapeMismatch } from '../errors.js';
import { FUSED } from '../kernels/fused.js';
import { onOnnx, runFused } from './run-fused.js';

/**
 * x weightᵀ + bias over the last axis.
 *
 * @param x `[..., in]`
 * @param weight `[out, in]`, as PyTorch and the published checkpoints store it
 * @param bias `[out]`
 * @returns `[..., out]`
 * @throws EngineError `ONNX_SHAPE`
 */
export function linear(x: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const [outputs, inputs] = weight.shape as [number, number];
  const fits = weight.rank === 2 && x.shape.at(-1) === inputs;
  if (!fits || (bias && (bias.rank !== 1 || bias.shape[0] !== outputs))) {
    const shapes = [x, weight, ...(bias ? [bias] : [])].map(({ shape }) => shape);
    throw shapeMismatch('linear', '[..., in], [out, in] and [out]', shapes);
  }
  const rows = x.reshape([tf.util.sizeFromShape(x.shape.slice(0, -1)), inputs]);
  const result = onOnnx() ? fused(rows, weight, bias) : composed(rows, weight, bias);
  return result.reshape([...x.shape.slice(0, -1), outputs]);
}

function composed(rows: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const product = tf.matMul(rows, weight, false, true);
  return bias ? product.add(bias) : product;
}

function fused(rows: tf.Tensor, weight: tf.Tensor, bias?: tf.Tensor): tf.Tensor {
  const forward = (...args: unknown[]) => {
    const [a, b, c] = args.slice(0, -1) as tf.Tensor[];
    (args.at(-1) as tf.GradSaveFunc)([a!, b!]);
    const value = affine(a!, b!, c, { transposeB: true });
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      const gradients = [affine(dy, saved[1]!), weightGradient(dy, saved[0]!)];
      return bias ? [...gradients, dy.sum(0)] : gradients;
    };
    return { value, gradFunc };
  };
  const op = tf.customGrad(forward as Parameters<typeof tf.customGrad>[0]);
  return bias ? op(rows, weight, bias) : op(rows, weight);
}

/**
 * dyᵀ x. ONNX Runtime multiplies a transposed left matrix some 15 % slower than one as it lies. Transposing the narrower
 * of the two before takes less than that; where they are equally wide, as much.
 */
function weightGradient(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  const [outputs, inputs] = [dy.shape[1]!, x.shape[1]!];
  if (outputs === inputs) return affine(dy, x, undefined, { transposeA: true });
  return outputs < inputs ? affine(tf.transpose(dy), x) : tf.transpose(affine(tf.transpose(x), dy));
}

interface Transposed {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

function affine(a: tf.Tensor, b: tf.Tensor, c?: tf.Tensor, transposed: Transposed = {}): tf.Tensor {
  return runFused(FUSED.affine, c ? { a, b, c } : { a, b }, transposed)[0]!;
}
