import * as tf from '@tensorflow/tfjs';
import { LossError } from './errors.js';

const CHANNELS = 3;

/** VideoMAE adds it to the standard deviation, so that flat patches become zeros. */
const EPSILON = 1e-6;

/**
 * VideoMAE's target: in each token and colour channel, (x - mean) / (standard deviation + 1e-6), with the unbiased
 * variance over the channel's P / 3 values.
 *
 * @param pixels [B, M, P] channel fastest.
 * @returns [B, M, P]
 * @throws LossError `SHAPE_MISMATCH` unless P is a multiple of 3, and at least 6.
 */
export function normalisedTarget(pixels: tf.Tensor3D): tf.Tensor3D {
  return tf.tidy(() => {
    const [batch, tokens, numbers] = pixels.shape;
    const count = numbers / CHANNELS;
    if (!Number.isInteger(count) || count < 2) {
      throw new LossError('SHAPE_MISMATCH', {
        expected: 'at least two values of each of 3 channels in a token',
        received: `tokens of ${numbers} numbers`,
        where: 'normalisedTarget',
      });
    }
    const values = tf.reshape(pixels, [batch, tokens, count, CHANNELS]);
    const centred = tf.sub(values, tf.div(tf.sum(values, 2, true), count));
    const variance = tf.div(tf.sum(tf.mul(centred, centred), 2, true), count - 1);
    return tf.reshape(tf.div(centred, tf.add(tf.sqrt(variance), EPSILON)), pixels.shape);
  });
}
