import * as tf from '@tensorflow/tfjs';

/**
 * What `compute` gives, as a constant: no gradient flows through it, whatever it is made of. TensorFlow.js has no such
 * function of its own, and its `tf.gather` fails where the indices depend on what is trained. So a learned mask's order of
 * tokens, and its rewards, come out of this.
 *
 * @param compute a pure function that gives one tensor.
 */
export function withoutGradients<Result extends tf.Tensor>(compute: () => Result): Result {
  // What runs inside of a custom gradient is not recorded for other gradients.
  let inside: Result | undefined;
  const run = tf.customGrad((x) => {
    // A copy: what is computed may be a tensor of somebody else's.
    inside = tf.keep(tf.clone(compute()));
    return { value: tf.clone(x as tf.Tensor), gradFunc: (dy: tf.Tensor) => dy };
  });
  tf.tidy(() => {
    run(tf.scalar(0));
  });
  const result = tf.clone(inside!);
  inside!.dispose();
  return result;
}
