import * as tf from '@tensorflow/tfjs';
import { number, optionTable } from '@tgm/options';
import { LossError } from './errors.js';
import { checkShape } from './shape-check.js';
import { tensor, wholeNumbers } from './tensor-field.js';

const ARGUMENTS = optionTable(
  'classificationLoss',
  { logits: tensor(2), labels: wholeNumbers(), smoothing: number({ from: 0, below: 1 }) },
  LossError,
);

/**
 * Cross-entropy with smoothed labels, mean over the batch: the right class has 1 - smoothing of the target, and all classes
 * share the rest evenly (C. Szegedy et al., arXiv 1512.00567, section 7).
 *
 * @param logits [B, C]
 * @param labels [B] int32, 0 to C - 1. A label out of this range makes the loss NaN or infinite.
 * @param smoothing [0, 1); VideoMAE fine-tunes with 0.1.
 * @throws LossError `OPTION_INVALID`, `SHAPE_MISMATCH`.
 */
export function classificationLoss(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing: number): tf.Scalar {
  ARGUMENTS.check({ logits, labels, smoothing });
  const [batch, classes] = logits.shape;
  checkShape(labels, [batch], 'classificationLoss, labels');
  return tf.tidy(() => {
    const right = tf.oneHot(labels, classes); // [B, C]
    const targets = tf.add(tf.mul(right, 1 - smoothing), smoothing / classes); // [B, C]
    const negativeLogs = tf.sub(tf.logSumExp(logits, 1, true), logits); // -log softmax
    const losses = tf.sum(tf.mul(targets, negativeLogs), 1); // [B]
    // A graph cannot throw: the row of a label that is no class is divided by 0 instead of 1.
    return tf.div(tf.sum(tf.div(losses, tf.sum(right, 1))), batch);
  });
}
