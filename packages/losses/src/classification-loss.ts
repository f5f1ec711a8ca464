import * as tf from '@tensorflow/tfjs';
import { checkShape } from './shape-check.js';

/**
 * Cross-entropy with smoothed labels: the right class is asked for with 1 - smoothing, and all classes share the rest evenly.
 * C. Szegedy et al., arXiv 1512.00567, section 7; mean over the batch.
 *
 * @param logits [B, C]
 * @param labels [B] int32, 0 to C - 1.
 * @param smoothing [0, 1); VideoMAE fine-tunes with 0.1.
 * @throws LossError `SHAPE_MISMATCH`.
 */
export function classificationLoss(logits: tf.Tensor2D, labels: tf.Tensor1D, smoothing: number): tf.Scalar {
  const [batch, classes] = logits.shape;
  checkShape(labels, [batch], 'classificationLoss, labels');
  return tf.tidy(() => {
    const wanted = tf.add(tf.mul(tf.oneHot(labels, classes), 1 - smoothing), smoothing / classes); // [B, C]
    const surprise = tf.sub(tf.logSumExp(logits, 1, true), logits); // -log softmax
    return tf.div(tf.sum(tf.mul(wanted, surprise)), batch);
  });
}
