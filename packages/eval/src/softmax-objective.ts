import * as tf from '@tensorflow/tfjs';

export type ObjectiveInputs = {
  /** [N, D] */
  readonly features: tf.Tensor;
  /** [D, N] Kept beside `features`: a product with a tall matrix transposed on the fly is several times slower. */
  readonly transposed: tf.Tensor;
  /** [N, C] one-hot labels. */
  readonly targets: tf.Tensor;
  /** [N, 1] what each row counts for in the mean; 0 leaves it out. */
  readonly shares: tf.Tensor;
  /** [D, C] */
  readonly weight: tf.Tensor;
  /** [1, C] */
  readonly bias: tf.Tensor;
};

export type ObjectiveOutputs = {
  /** [N, 1] cross-entropy of each row times its share. Summed by the caller in double precision. */
  readonly losses: tf.Tensor;
  /** [D, C] gradient of the sum of `losses`. */
  readonly weight: tf.Tensor;
  /** [1, C] */
  readonly bias: tf.Tensor;
};

/** Cross-entropy of softmax(x weight + bias), and its gradient in closed form. */
export function softmaxObjective(inputs: ObjectiveInputs): ObjectiveOutputs {
  const { features, transposed, targets, shares, weight, bias } = inputs;
  const logProbabilities = tf.logSoftmax(tf.add(tf.matMul(features, weight), bias)); // [N, C]
  const error = tf.mul(tf.sub(tf.exp(logProbabilities), targets), shares); // [N, C]
  return {
    losses: tf.mul(tf.neg(tf.sum(tf.mul(targets, logProbabilities), 1, true)), shares),
    weight: tf.matMul(transposed, error),
    bias: tf.sum(error, 0, true),
  };
}
