import * as tf from '@tensorflow/tfjs';
import { number, optionTable } from '@tgm/options';
import { LossError } from './errors.js';
import { checkShape } from './shape-check.js';

const SMOOTHING = optionTable('classificationLoss', { smoothing: number({ from: 0, below: 1 }) }, LossError);

/**
 * Cross-entropy with smoothed labels, mean over the batch: the right class has 1 - smoothing of the target, and all classes
 * share the rest evenly (C. Szegedy et al., arXiv 1512.00567, section 7).
 *
 * @param logits [B, C]
 * @param labels [B] int32, 0 to C - 1.
 * @param smoothing [0, 1); VideoMAE fine-tunes with 0.1.
 * @throws LossError `OPTION_INVALID`, `SHAPE_MISMATCH`.
 */
export function classificationLoss(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing: number): tf.Scalar {
  SMOOTHING.check({ smoothing });
  const [batch, classes] = logits.shape;
  checkShape(labels, [batch], 'classificationLoss, labels');
  return tf.tidy(() => {
    const targets = tf.add(tf.mul(tf.oneHot(labels, classes), 1 - smoothing), smoothing / classes); // [B, C]
    const negativeLogs = tf.sub(tf.logSumExp(logits, 1, true), logits); // -log softmax
    return tf.div(tf.sum(tf.mul(targets, negativeLogs)), batch);
  });
}
