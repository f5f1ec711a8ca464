import * as tf from '@tensorflow/tfjs';
import { FUSED, QUICK_GELU } from '../kernels/fused.js';
import { onOnnx, runFused } from './run-fused.js';

/** x Φ(x) with the exact normal distribution function (Hendrycks and Gimpel 2016), any shape. */
export function gelu(x: tf.Tensor): tf.Tensor {
  if (!onOnnx()) return x.mul(x.mul(Math.SQRT1_2).erf().add(1)).mul(0.5);
  return activation(x, FUSED.gelu, (input) => {
    // Φ(x) + x φ(x) with u = x / √2: x φ(x) = u exp(-u²) / √π, the factor inside the exponent to save a pass.
    const u = input.mul(Math.SQRT1_2);
    const cumulative = runFused(FUSED.normalCdf, { x: input })[0]!;
    const weighted = tf
      .sub(-Math.log(Math.PI) / 2, u.square())
      .exp()
      .mul(u);
    return cumulative.add(weighted);
  });
}

/** x sigmoid(1.702 x), the approximation that the published CLIP models use, any shape. */
export function quickGelu(x: tf.Tensor): tf.Tensor {
  if (!onOnnx()) return x.mul(x.mul(QUICK_GELU).sigmoid());
  return activation(x, FUSED.quickGelu, (input) => {
    const scaled = input.mul(QUICK_GELU);
    const gate = scaled.sigmoid();
    return gate.add(gate.mul(scaled).mul(tf.sub(1, gate)));
  });
}

function activation(x: tf.Tensor, kernelName: string, derivative: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const op = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([input]);
    const value = runFused(kernelName, { x: input })[0]!;
    return { value, gradFunc: (dy, saved) => (dy as tf.Tensor).mul(derivative(saved[0]!)) };
  });
  return op(x);
}
