import * as tf from '@tensorflow/tfjs';
import type { VideoMae } from '@tgm/models';

/** Added to deviations, so that flat patches become zeros. */
const EPSILON = 1e-6;

/**
 * A model that learns nothing. Of each hidden patch it says the average of all visible ones, each in the way of targets: every colour
 * channel less its mean, over its unbiased deviation.
 */
export const averageModel = (model: VideoMae): VideoMae => ({
  ...model,
  encode: (_params, tokens) => normalised(tokens),
  decode: (_params, encoded, _visible, masked) =>
    tf.tile(tf.mean(encoded, 1, true), [1, masked.shape[1], 1]) as tf.Tensor3D,
});

/** @param tokens [B, K, P], channel fastest. */
function normalised(tokens: tf.Tensor3D): tf.Tensor3D {
  const [clips, visible, size] = tokens.shape;
  const pixels = tf.reshape(tokens, [clips * visible, size / 3, 3]);
  const centred = tf.sub(pixels, tf.mean(pixels, 1, true));
  const variance = tf.div(tf.sum(tf.square(centred), 1, true), size / 3 - 1);
  return tf.reshape(tf.div(centred, tf.add(tf.sqrt(variance), EPSILON)), tokens.shape);
}
