import * as tf from '@tensorflow/tfjs';

/**
 * The smaller of a parameter and a limit. Unlike the gradient of `tf.minimum`, which is zero beyond the limit, this one
 * still passes what would bring the parameter back, so that it cannot get stuck there.
 */
export function clampFromAbove(value: tf.Scalar, limit: number): tf.Scalar {
  const clamp = tf.customGrad((x, save) => {
    const input = x as tf.Tensor;
    (save as tf.GradSaveFunc)([input]);
    return {
      value: tf.minimum(input, limit),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        tf.where(tf.lessEqual(saved[0]!, limit), dy, tf.maximum(dy, 0)),
    };
  });
  return clamp(value) as tf.Scalar;
}
