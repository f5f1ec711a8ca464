import * as tf from '@tensorflow/tfjs';
import { FUSED } from '../kernels/fused.js';
import { onOnnx, runFused } from './run-fused.js';

/**
 * Layer normalisation over the last axis (Ba et al. 2016): (x - mean) / sqrt(variance + epsilon) scale + bias,
 * with the biased variance.
 *
 * @param x `[..., D]`
 * @param scale `[D]`
 * @param bias `[D]`
 * @param epsilon above 0
 */
export function layerNorm(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  return onOnnx() ? fused(x, scale, bias, epsilon) : composed(x, scale, bias, epsilon);
}

function composed(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  const centred = x.sub(x.mean(-1, true));
  const variance = centred.square().mean(-1, true);
  return centred.mul(variance.add(epsilon).rsqrt()).mul(scale).add(bias);
}

function fused(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [input, factor, offset, save] = args as unknown as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.GradSaveFunc,
    ];
    const [value, mean, inverse] = runFused(
      FUSED.layerNorm,
      { x: input, scale: factor, bias: offset },
      { epsilon },
    );
    save([input, factor, mean!, inverse!]);
    return { value: value!, gradFunc: (dy, saved) => gradient(dy as tf.Tensor, saved) };
  });
  return op(x, scale, bias);
}

/** With n the normalised x and g = dy scale: dx = (g - mean(g) - n mean(g n)) / deviation. */
function gradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [x, scale, mean, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const rows = x.shape.slice(0, -1).map((_, axis) => axis);
  const normal = x.sub(mean).mul(inverse);
  const dyNormal = dy.mul(normal);
  const g = dy.mul(scale);
  const projected = g.mul(normal).mean(-1, true);
  const dx = g.sub(g.mean(-1, true)).sub(normal.mul(projected)).mul(inverse);
  return [dx, dyNormal.sum(rows), dy.sum(rows)];
}
