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
    // Products with a 0-1 matrix sum over a channel and hand the sums back to its places, much faster than
    // broadcasting along a last dimension of 3.
    const channelOf = channelMatrix(numbers); // [P, 3]
    const values = tf.reshape(pixels, [batch * tokens, numbers]) as tf.Tensor2D;
    const overChannel = (summed: tf.Tensor2D, divisor: number): tf.Tensor2D =>
      tf.div(tf.matMul(summed, channelOf), divisor);
    const toPlaces = (perChannel: tf.Tensor2D): tf.Tensor2D => tf.matMul(perChannel, channelOf, false, true);
    const centred = tf.sub(values, toPlaces(overChannel(values, count))) as tf.Tensor2D;
    const variance = overChannel(tf.mul(centred, centred), count - 1);
    const scale = tf.reciprocal(tf.add(tf.sqrt(variance), EPSILON)) as tf.Tensor2D;
    return tf.reshape(tf.mul(centred, toPlaces(scale)), pixels.shape);
  });
}

/** [P, 3] 1 where a place of a token belongs to a channel. */
function channelMatrix(numbers: number): tf.Tensor2D {
  const values = new Float32Array(numbers * CHANNELS);
  for (let place = 0; place < numbers; place++) values[place * CHANNELS + (place % CHANNELS)] = 1;
  return tf.tensor2d(values, [numbers, CHANNELS]);
}
