import * as tf from '@tensorflow/tfjs';
import { checkShape } from './shape-check.js';

/** Taken from a logit to shut it out; far more than logits differ, as scales end at 100, and small enough for float16. */
const SHUT_OUT = 1e4;

/** What `infoNce` compares. */
export interface InfoNceInputs {
  /** [B, E] L2-normalised rows. */
  readonly video: tf.Tensor2D;
  /** [B, E] L2-normalised rows; row i belongs to row i of `video`. */
  readonly text: tf.Tensor2D;
  /** Scalar factor of the cosines, 1 / temperature, at most 100. */
  readonly scale: tf.Scalar;
  /** [B] int32; rows with equal numbers have the same caption and are no negatives of each other. */
  readonly captionGroup: tf.Tensor1D;
}

/**
 * Symmetric InfoNCE as in CLIP (Radford et al. 2021): the mean of the cross-entropy of finding each video's caption in
 * the batch and that of finding each caption's video. Other rows with the same caption are left out of both.
 *
 * @throws LossError `SHAPE_MISMATCH`.
 */
export function infoNce({ video, text, scale, captionGroup }: InfoNceInputs): tf.Scalar {
  const [batch] = video.shape;
  checkShape(text, video.shape, 'infoNce, text');
  checkShape(captionGroup, [batch], 'infoNce, captionGroup');
  return tf.tidy(() => {
    const positive = tf.mul(tf.sum(tf.mul(video, text), 1), scale); // [B]
    const cosines = tf.matMul(video, text, false, true); // [B, B], row: video, column: text
    const logits = tf.sub(tf.mul(cosines, scale), tf.mul(sameCaptionElsewhere(captionGroup), SHUT_OUT));
    const ofVideos = tf.sub(tf.logSumExp(logits, 1), positive);
    const ofTexts = tf.sub(tf.logSumExp(logits, 0), positive);
    return tf.div(tf.sum(tf.add(ofVideos, ofTexts)), 2 * batch);
  });
}

/** [B, B] 1 where two different rows have the same caption. */
function sameCaptionElsewhere(captionGroup: tf.Tensor1D): tf.Tensor2D {
  const [batch] = captionGroup.shape;
  const rows = tf.range(0, batch, 1, 'int32');
  return tf.sub(equalPairs(captionGroup), equalPairs(rows));
}

/** [B, B] 1 where two entries are equal. */
function equalPairs(values: tf.Tensor1D): tf.Tensor2D {
  const [batch] = values.shape;
  const pairs = tf.equal(tf.reshape(values, [batch, 1]), tf.reshape(values, [1, batch]));
  return tf.cast(pairs, 'float32') as tf.Tensor2D;
}
