import * as tf from '@tensorflow/tfjs';
import { optionTable } from '@tgm/options';
import { LossError } from './errors.js';
import { checkShape } from './shape-check.js';
import { tensor } from './tensor-field.js';

/** In the place of a logit that is shut out: its exponential is 0 beside any other. */
const SHUT_OUT = -1e30;

/** What `infoNce` compares. */
export interface InfoNceInputs {
  /** [B, E] L2-normalised rows. */
  readonly video: tf.Tensor2D;
  /** [B, E] L2-normalised rows; row i belongs to row i of `video`. */
  readonly text: tf.Tensor2D;
  /** Scalar factor of the cosines, 1 / temperature. CLIP stops at 100; any finite factor will do. */
  readonly scale: tf.Scalar;
  /** [B] int32; rows with equal numbers have the same caption and are no negatives of each other. */
  readonly captionGroup: tf.Tensor1D;
}

const INPUTS = optionTable(
  'infoNce',
  { video: tensor(), text: tensor(), scale: tensor(), captionGroup: tensor() } satisfies Record<
    keyof InfoNceInputs,
    unknown
  >,
  LossError,
);

/**
 * Symmetric InfoNCE as in CLIP (Radford et al. 2021): the mean of the cross-entropy of finding each video's caption in
 * the batch and that of finding each caption's video. Other rows with the same caption are left out of both.
 *
 * @throws LossError `OPTION_INVALID`, `SHAPE_MISMATCH`.
 */
export function infoNce(inputs: InfoNceInputs): tf.Scalar {
  INPUTS.check(inputs);
  const { video, text, scale, captionGroup } = inputs;
  const [batch] = video.shape;
  checkShape(text, video.shape, 'infoNce, text');
  checkShape(captionGroup, [batch], 'infoNce, captionGroup');
  checkShape(scale, [], 'infoNce, scale');
  return tf.tidy(() => {
    const cosines = tf.matMul(video, text, false, true); // [B, B], row: video, column: text
    const logits = tf.mul(cosines, scale);
    const own = equalPairs(tf.range(0, batch, 1, 'int32')); // [B, B] 1 on the diagonal
    // Taken from the same product as the logits, so that the loss of a perfect match is 0 at any scale.
    const positive = tf.sum(tf.mul(logits, own), 1); // [B]
    const sameCaptionElsewhere = tf.greater(tf.sub(equalPairs(captionGroup), own), 0);
    const candidates = tf.where(sameCaptionElsewhere, SHUT_OUT, logits);
    const ofVideos = tf.sub(tf.logSumExp(candidates, 1), positive);
    const ofTexts = tf.sub(tf.logSumExp(candidates, 0), positive);
    return tf.div(tf.sum(tf.add(ofVideos, ofTexts)), 2 * batch);
  });
}

/** [B, B] 1 where two entries are equal. */
function equalPairs(values: tf.Tensor1D): tf.Tensor2D {
  const [batch] = values.shape;
  const pairs = tf.equal(tf.reshape(values, [batch, 1]), tf.reshape(values, [1, batch]));
  return tf.cast(pairs, 'float32') as tf.Tensor2D;
}
