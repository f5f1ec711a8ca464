import * as tf from '@tensorflow/tfjs';
import { l2Normalise } from './l2-normalise.js';

/** What a teacher's features are brought to before they are compared. */
export type FeatureNormalisation = 'none' | 'layer' | 'l2';

/** How far a prediction is from them. */
export type FeatureDistance = 'squared' | 'l1' | 'smoothL1' | 'cosine';

/** Added to the variance under `layer`: the default of PyTorch's layer norm. */
const EPSILON = 1e-5;

/** [rows, F] to [rows, F]. */
export const FEATURE_NORMALISATIONS: Readonly<
  Record<FeatureNormalisation, (features: tf.Tensor2D) => tf.Tensor2D>
> = {
  none: (features) => features,
  layer(features) {
    const centred = tf.sub(features, tf.mean(features, 1, true)) as tf.Tensor2D;
    const variance = tf.mean(tf.square(centred), 1, true);
    return tf.div(centred, tf.sqrt(tf.add(variance, EPSILON)));
  },
  l2: l2Normalise,
};

/** [rows, F] and [rows, F] to [rows], each row's distance. */
export const FEATURE_DISTANCES: Readonly<
  Record<FeatureDistance, (prediction: tf.Tensor2D, features: tf.Tensor2D) => tf.Tensor1D>
> = {
  squared: (prediction, features) => tf.mean(tf.square(tf.sub(prediction, features)), 1),
  l1: (prediction, features) => tf.mean(tf.abs(tf.sub(prediction, features)), 1),
  smoothL1(prediction, features) {
    const off = tf.abs(tf.sub(prediction, features));
    const small = tf.minimum(off, 1); // off * off / 2 below 1, off - 1 / 2 from there on
    return tf.mean(tf.mul(small, tf.sub(off, tf.mul(small, 0.5))), 1);
  },
  cosine: (prediction, features) =>
    tf.sub(1, tf.sum(tf.mul(l2Normalise(prediction), l2Normalise(features)), 1)),
};
