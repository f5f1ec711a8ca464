import * as tf from '@tensorflow/tfjs';
import { type PatchConfig, tokenGridOf, tokenSizeOf } from '../patchify.js';

/** Cuts frames into tokens inside a graph: [B, T, 3, H, W] as Python's models take them to [B, N, P]. */
export function patchifyPixels(pixels: tf.Tensor, config: PatchConfig): tf.Tensor3D {
  const { patchSize, tubeletSize } = config;
  const { slices, rows, columns } = tokenGridOf(config);
  const batch = pixels.shape[0]!;
  const channelLast = tf.transpose(pixels, [0, 1, 3, 4, 2]); // [B, T, H, W, 3]
  const shape = [batch, slices, tubeletSize, rows, patchSize, columns, patchSize * 3];
  const cut = tf.transpose(tf.reshape(channelLast, shape), [0, 1, 3, 5, 2, 4, 6]);
  return tf.reshape(cut, [batch, slices * rows * columns, tokenSizeOf(config)]);
}
