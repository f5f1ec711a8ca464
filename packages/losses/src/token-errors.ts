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
  return squaredErrors(prediction, values) as tf.Tensor2D;
}

/** With a gradient of its own: TensorFlow.js's makes four arrays of the prediction's size, this one makes one. */
const squaredErrors = tf.customGrad((prediction, values, save) => {
  const difference = tf.sub(prediction as tf.Tensor3D, values as tf.Tensor3D);
  const numbers = difference.shape[2]!;
  (save as tf.GradSaveFunc)([difference]);
  return {
    value: tf.div(tf.sum(tf.square(difference), 2), numbers),
    gradFunc(dy, [saved]) {
      const slope = tf.mul(saved!, tf.expandDims(tf.mul(dy, 2 / numbers), 2));
      return [slope, tf.neg(slope)];
    },
  };
});
