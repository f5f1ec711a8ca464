import * as tf from '@tensorflow/tfjs';
import { oneOf, optionTable } from '@tgm/options';
import { groupMatrix } from './channel-groups.js';
import { LossError } from './errors.js';
import { tensor } from './tensor-field.js';

/** What a token's pixels are normalised over: each colour channel by itself, as VideoMAE does, or all of them, as ST-MAE. */
export type TargetNormalisation = 'channel' | 'joint';

interface Rule {
  /** Parts of a token that are normalised each by itself. */
  readonly groups: 1 | 3;
  deviation(variance: tf.Tensor2D): tf.Tensor2D;
}

/** Added to the deviation by VideoMAE and to the variance by ST-MAE, so that flat parts become zeros. */
const EPSILON = 1e-6;

const RULES: Readonly<Record<TargetNormalisation, Rule>> = {
  channel: { groups: 3, deviation: (variance) => tf.add(tf.sqrt(variance), EPSILON) },
  joint: { groups: 1, deviation: (variance) => tf.sqrt(tf.add(variance, EPSILON)) },
};

const ARGUMENTS = optionTable(
  'normalisedTarget',
  { pixels: tensor(3), over: oneOf(['channel', 'joint']) },
  LossError,
);

/**
 * The pixels of each token less their mean, over their unbiased standard deviation. `channel`: (x - mean) / (deviation +
 * 1e-6) in each colour channel (VideoMAE, Tong et al. 2022). `joint`: (x - mean) / sqrt(variance + 1e-6) over all Q numbers
 * (ST-MAE, Feichtenhofer et al. 2022, as MAE, He et al. 2022).
 *
 * @param pixels [B, M, Q] channel fastest.
 * @returns [B, M, Q]
 * @throws LossError `OPTION_INVALID`, and `SHAPE_MISMATCH` unless each channel, or all of them jointly, has at least two
 *   values.
 */
export function normalisedTarget(pixels: tf.Tensor3D, over: TargetNormalisation): tf.Tensor3D {
  ARGUMENTS.check({ pixels, over });
  return tf.tidy(() => {
    const [batch, tokens, numbers] = pixels.shape;
    const { groups, deviation } = RULES[over];
    const count = numbers / groups;
    if (!Number.isInteger(count) || count < 2) {
      throw new LossError('SHAPE_MISMATCH', {
        expected: `at least two values for each of ${groups} groups in a token`,
        received: `tokens of ${numbers} numbers`,
        where: `normalisedTarget, ${over}`,
      });
    }
    const groupOf = groupMatrix(numbers, groups); // [Q, G]
    const values = tf.reshape(pixels, [batch * tokens, numbers]) as tf.Tensor2D;
    const overGroup = (summed: tf.Tensor2D, divisor: number): tf.Tensor2D =>
      tf.div(tf.matMul(summed, groupOf), divisor);
    const toPlaces = (perGroup: tf.Tensor2D): tf.Tensor2D => tf.matMul(perGroup, groupOf, false, true);
    // Small differences are summed, not pixels. In single precision the mean of equal pixels is not exactly that pixel, and
    // the rounding of a flat part over a deviation that is rounding too would become noise of any size.
    const first = tf.slice(values, [0, 0], [-1, groups]);
    const reference = groups === 1 ? first : tf.tile(first, [1, count]); // [B M, Q] or [B M, 1]
    const shifted = tf.sub(values, reference) as tf.Tensor2D;
    const centred = tf.sub(shifted, toPlaces(overGroup(shifted, count))) as tf.Tensor2D;
    const variance = overGroup(tf.mul(centred, centred), count - 1);
    const scale = tf.reciprocal(deviation(variance)) as tf.Tensor2D;
    return tf.reshape(tf.mul(centred, toPlaces(scale)), pixels.shape);
  });
}
