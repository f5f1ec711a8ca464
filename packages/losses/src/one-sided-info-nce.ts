import * as tf from '@tensorflow/tfjs';
import { optionTable } from '@tgm/options';
import { LossError } from './errors.js';
import { checkShape } from './shape-check.js';
import { SHUT_OUT } from './shut-out.js';
import { tensor } from './tensor-field.js';

/** What `oneSidedInfoNce` compares: R queries, each with its right candidate and C others. */
export interface OneSidedInfoNceInputs {
  /** [R] logits of the right candidates, such as cosines over a temperature. */
  readonly right: tf.Tensor1D;
  /** [R, C] logits of the other candidates. */
  readonly others: tf.Tensor2D;
  /** [R, C] bool, which of them are no negatives of the query, since they are of its sample. */
  readonly leftOut: tf.Tensor2D;
}

const INPUTS = optionTable(
  'oneSidedInfoNce',
  { right: tensor(1), others: tensor(2), leftOut: tensor(2) } satisfies Record<
    keyof OneSidedInfoNceInputs,
    unknown
  >,
  LossError,
);

/**
 * InfoNCE of one side (van den Oord et al., "Representation learning with contrastive predictive coding", arXiv 1807.03748):
 * the mean over the queries of the cross-entropy of finding the right candidate among it and the others. A query whose others
 * are all left out adds 0.
 *
 * @throws LossError `OPTION_INVALID`, `SHAPE_MISMATCH`.
 */
export function oneSidedInfoNce(inputs: OneSidedInfoNceInputs): tf.Scalar {
  INPUTS.check(inputs);
  const { right, others, leftOut } = inputs;
  const [queries] = right.shape;
  checkShape(others, [queries, others.shape[1]], 'oneSidedInfoNce, others');
  checkShape(leftOut, others.shape, 'oneSidedInfoNce, leftOut');
  return tf.tidy(() => {
    const negatives = tf.where(leftOut, SHUT_OUT, others);
    const candidates = tf.concat([tf.reshape(right, [queries, 1]), negatives], 1); // [R, 1 + C]
    return tf.mean(tf.sub(tf.logSumExp(candidates, 1), right));
  });
}

const LEFT_OUT = optionTable('oneSidedBaseline', { leftOut: tensor<tf.Tensor2D>(2) }, LossError);

/**
 * Scalar: what `oneSidedInfoNce` is where all candidates look alike, the mean of ln(1 + negatives).
 *
 * @param leftOut [R, C] bool.
 * @throws LossError `OPTION_INVALID`.
 */
export function oneSidedBaseline(leftOut: tf.Tensor2D): tf.Scalar {
  LEFT_OUT.check({ leftOut });
  return tf.tidy(() => {
    const negatives = tf.sub(leftOut.shape[1], tf.sum(tf.cast(leftOut, 'float32'), 1)); // [R]
    return tf.mean(tf.log1p(negatives));
  });
}
