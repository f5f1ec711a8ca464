import * as tf from '@tensorflow/tfjs';
import { number, optionTable } from '@tgm/options';
import { LossError } from './errors.js';
import { checkShape } from './shape-check.js';
import { tensor, wholeNumbers } from './tensor-field.js';

const LABELLED = optionTable(
  'classificationLoss',
  { logits: tensor(2), labels: wholeNumbers<tf.Tensor1D>(1), smoothing: number({ from: 0, below: 1 }) },
  LossError,
);

const SOFT = optionTable(
  'softLabelLoss',
  { logits: tensor(2), targets: tensor(2), smoothing: number({ from: 0, below: 1 }) },
  LossError,
);

/** How far the sum of a row of soft labels may be from 1, which single precision is not the cause of. */
const SUM_TOLERANCE = 1e-3;

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
  LABELLED.check({ logits, labels, smoothing });
  const [batch, classes] = logits.shape;
  checkShape(labels, [batch], 'classificationLoss, labels');
  return tf.tidy(() => {
    const right = tf.oneHot(labels, classes) as tf.Tensor2D; // [B, C]
    return crossEntropy(logits, right, smoothing, tf.sum(right, 1));
  });
}

/**
 * The same for clips that are of several classes in shares, as mixup and cutmix make them (`mixBatch` of `@tgm/video-io`).
 *
 * @param logits [B, C]
 * @param targets [B, C] shares; a row sums to 1. One that does not makes the loss NaN or infinite.
 * @param smoothing [0, 1), 0 where the targets are smooth already.
 * @throws LossError `OPTION_INVALID`, `SHAPE_MISMATCH`.
 */
export function softLabelLoss(logits: tf.Tensor2D, targets: tf.Tensor2D, smoothing: number): tf.Scalar {
  SOFT.check({ logits, targets, smoothing });
  checkShape(targets, logits.shape, 'softLabelLoss, targets');
  return tf.tidy(() => {
    const isWhole = tf.lessEqual(tf.abs(tf.sub(tf.sum(targets, 1), 1)), SUM_TOLERANCE);
    return crossEntropy(logits, targets, smoothing, tf.cast(isWhole, 'float32'));
  });
}

/** @param valid [B] 1, or 0 for a row that is wrong: a graph cannot throw, so the loss is divided by it. */
function crossEntropy(
  logits: tf.Tensor2D,
  shares: tf.Tensor2D,
  smoothing: number,
  valid: tf.Tensor,
): tf.Scalar {
  const [batch, classes] = logits.shape;
  const targets = tf.add(tf.mul(shares, 1 - smoothing), smoothing / classes); // [B, C]
  const negativeLogs = tf.sub(tf.logSumExp(logits, 1, true), logits); // -log softmax
  const losses = tf.sum(tf.mul(targets, negativeLogs), 1); // [B]
  return tf.div(tf.sum(tf.div(losses, valid)), batch);
}
