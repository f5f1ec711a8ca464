import type * as tf from '@tensorflow/tfjs';
import type { Description } from '@tgm/options';

/**
 * What the decoder is to say of each reconstructed token. `pixelTarget()` makes one of the token's pixels; one of features,
 * of a frozen teacher or of a codebook, has the same members.
 */
export interface Target {
  /** Which numbers of the tokens it is made of. */
  readonly of: 'pixels' | 'features';
  /** [B, M, F] numbers of the tokens -> [B, M, Q] what is to be said. */
  values(numbers: tf.Tensor3D): tf.Tensor3D;
  /** [B, M] how far a prediction [B, M, Q] is from the values, for each token; `tokenErrors` for most. */
  errors(prediction: tf.Tensor3D, values: tf.Tensor3D): tf.Tensor2D;
  /** Scalar, the mean error of a decoder that knows nothing but the mean of what is to be said: the loss to get below. */
  baseline(values: tf.Tensor3D): tf.Scalar;
  describe(): Description;
}
