import * as tf from '@tensorflow/tfjs';
import { optionTable } from '@tgm/options';
import { LossError } from './errors.js';
import { checkShape } from './shape-check.js';
import { tensor } from './tensor-field.js';

const ARGUMENTS = optionTable('tokenErrors', { prediction: tensor(3), values: tensor(3) }, LossError);

/**
 * Mean square difference between what the decoder says of each token and what it was to say.
 *
 * @param prediction [B, M, Q]
 * @param values [B, M, Q], such as the `values` of a target.
 * @returns [B, M]
 * @throws LossError `OPTION_INVALID`, `SHAPE_MISMATCH`.
 */
export function tokenErrors(prediction: tf.Tensor3D, values: tf.Tensor3D): tf.Tensor2D {
  ARGUMENTS.check({ prediction, values });
  checkShape(prediction, values.shape, 'tokenErrors, prediction');
  return tf.tidy(() => {
    const difference = tf.sub(prediction, values);
    return tf.div(tf.sum(tf.mul(difference, difference), 2), values.shape[2]);
  });
}
