import * as tf from '@tensorflow/tfjs';
import { describer, oneOf, optional, optionTable, recorded } from '@tgm/options';
import { groupMatrix } from './channel-groups.js';
import { LossError } from './errors.js';
import { normalisedTarget, type TargetNormalisation } from './normalised-target.js';
import type { Target } from './target.js';
import { tensor } from './tensor-field.js';
import { tokenErrors } from './token-errors.js';

export interface PixelTargetOptions {
  /** `normalisedTarget` over this, by default over each `channel`; the pixels themselves where false. */
  readonly normalise?: TargetNormalisation | false;
}

const OPTIONS = optionTable(
  'pixelTarget',
  { normalise: optional(oneOf(['channel', 'joint', false]), 'channel') } satisfies Record<
    keyof PixelTargetOptions,
    unknown
  >,
  LossError,
);

const BASELINE = optionTable('pixelTarget baseline', { values: tensor(3) }, LossError);

/**
 * The pixels of each masked token, as VideoMAE (Tong et al. 2022) predicts them: each colour channel normalised by itself.
 *
 * `baseline` is the loss of a decoder that knows nothing. Of a normalised target it says the mean, zero: that is close to
 * (n - 1) / n for n values normalised together, less where patches are flat. Of the pixels themselves it says their mean
 * colour, over all tokens of the batch: that is the variance of the pixels.
 *
 * @throws LossError `OPTION_INVALID`.
 */
export function pixelTarget(options: PixelTargetOptions = {}): Target {
  const checked = OPTIONS.check(options);
  const { normalise } = checked;
  return {
    of: 'pixels',
    values: (pixels) => (normalise ? normalisedTarget(pixels, normalise) : pixels),
    errors: tokenErrors,
    baseline(values) {
      BASELINE.check({ values });
      return tf.tidy(() => {
        const off = normalise ? values : lessMeanColour(values);
        return tf.div(tf.sum(tf.mul(off, off)), off.size);
      });
    },
    describe: describer('pixelTarget', recorded(OPTIONS, checked)),
  };
}

/** [B, M, Q] pixels less the mean of their channel over all tokens. */
function lessMeanColour(pixels: tf.Tensor3D): tf.Tensor3D {
  const [batch, tokens, numbers] = pixels.shape;
  const channels = groupMatrix(numbers, 3); // [Q, 3]
  const meanToken = tf.mean(tf.reshape(pixels, [batch * tokens, numbers]), 0, true); // [1, Q]
  const colour = tf.div(tf.matMul(meanToken as tf.Tensor2D, channels), numbers / 3); // [1, 3]
  return tf.sub(pixels, tf.matMul(colour as tf.Tensor2D, channels, false, true));
}
