import * as tf from '@tensorflow/tfjs';
import type { BlockShape } from '../transformer-block.js';
import type { SiglipTowerConfig } from './config.js';

export const blockShape = ({ numAttentionHeads, layerNormEps }: SiglipTowerConfig): BlockShape => ({
  heads: numAttentionHeads,
  epsilon: layerNormEps,
  activation: tanhGelu,
  recompute: false,
});

/** GELU by tanh, PyTorch's `gelu_pytorch_tanh` (Hendrycks and Gimpel 2016, section 2). */
export function tanhGelu(x: tf.Tensor): tf.Tensor {
  const cubed = tf.mul(tf.mul(tf.square(x), x), 0.044715);
  const inner = tf.mul(tf.add(x, cubed), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}
