import * as tf from '@tensorflow/tfjs';
import { atTokens, type ClipLoss, pixelTarget, withoutGradients } from '@tgm/losses';
import { tokenCount } from '@tgm/masking';
import type { GraphMasking } from '@tgm/train';

const SCALE = 'contrast.scale';

/** Learns one number: how much the contrast of a token, its standard deviation of pixels, counts for its being hidden. */
export const contrastMasking = ({ ratio }: { readonly ratio: number }): GraphMasking => ({
  name: 'contrast',
  ratio,
  requires: [],
  init: () => ({ params: { [SCALE]: tf.scalar(0) } }), // blind at first
  noise: (random, grid) =>
    Float32Array.from({ length: tokenCount(grid) }, () => -Math.log(-Math.log(random() || 1e-9))),
  choose(params, _buffers, { tokens, noise }) {
    const contrast = tf.sqrt(tf.moments(tokens, 2).variance); // [B, N]
    const logProbability = tf.logSoftmax(tf.neg(tf.mul(params[SCALE]!, contrast))); // of being shown
    return { order: tf.topk(tf.add(logProbability, noise), noise.shape[1]).indices, logProbability };
  },
  describe: () => ({ is: 'contrastMasking', ratio }),
});

const target = pixelTarget({ normalise: false });

/** Makes hidden tokens with large errors less likely shown: the mask learns to hide what is hard to guess. */
export const hideWhatIsHard: ClipLoss = {
  kind: 'clip',
  name: 'hideWhatIsHard',
  needs: {
    views: ['reconstruct'],
    reconstruction: 'pixels',
    text: false,
    choice: true,
    features: true,
    visibleFeatures: true,
  },
  init: () => ({}),
  compute(_params, { prediction, pixels, choice }) {
    const errors = withoutGradients(() => target.errors(prediction!, target.values(pixels!))); // [B, M]
    const shown = atTokens(choice!.logProbability!, choice!.masked); // [B, M]
    return tf.mean(tf.mul(shown, errors)) as tf.Scalar;
  },
  // The features are the share of a token that the object covers: what is printed, not what is learned of.
  figures: (_params, { features, visibleFeatures }) => ({
    object: tf.div(tf.sum(features!), tf.add(tf.sum(features!), tf.sum(visibleFeatures!))) as tf.Scalar,
  }),
  describe: () => ({ is: 'hideWhatIsHard' }),
};
