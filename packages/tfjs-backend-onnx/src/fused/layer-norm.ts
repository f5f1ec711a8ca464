import * as tf from '@tensorflow/tfjs';
import { shapeMismatch } from '../errors.js';
import { FUSED } from '../kernels/fused.js';
import { layerNormNumbers } from '../options.js';
import { onOnnx, runFused } from './run-fused.js';

/**
 * Layer normalisation over the last axis (Ba et al. 2016): (x - mean) / sqrt(variance + epsilon) scale + bias,
 * with the biased variance.
 *
 * @param x `[..., D]`
 * @param scale `[D]`
 * @param bias `[D]`
 * @param epsilon above 0
 * @throws EngineError `OPTION_INVALID`, `ONNX_SHAPE`
 */
export function layerNorm(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  layerNormNumbers.check({ epsilon });
  const width = x.shape.at(-1);
  if (width === undefined || [scale, bias].some(({ shape }) => shape.length !== 1 || shape[0] !== width)) {
    const shapes = [x.shape, scale.shape, bias.shape];
    throw shapeMismatch('layerNorm', 'scale and bias as long as the last axis', shapes);
  }
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

/**
 * With n the normalised x and g = dy scale: dx = (g - mean(g) - n mean(g n)) / deviation. Written with c = x - mean
 * = n deviation, which saves a pass over x, and with the row means as products.
 */
function gradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [x, scale, mean, inverse] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const width = x.shape.at(-1)!;
  const asRows = (tensor: tf.Tensor) => tensor.reshape<tf.Tensor2D>([-1, tensor.shape.at(-1)!]);
  const [slopes, centred, deviations] = [asRows(dy), asRows(x.sub(mean)), asRows(inverse)];
  const products = slopes.mul<tf.Tensor2D>(centred);
  const averaging = scale.div(width).reshape<tf.Tensor2D>([width, 1]);
  const meansOf = (rows: tf.Tensor2D) => tf.matMul(rows, averaging);
  const share = meansOf(products).mul(deviations).mul(deviations);
  const dx = slopes.mul(scale).sub(meansOf(slopes)).sub(centred.mul(share)).mul(deviations);
  const dScale = tf.matMul(deviations, products, true).reshape([width]);
  return [dx.reshape(x.shape), dScale, slopes.sum(0)];
}
