import * as tf from '@tensorflow/tfjs';

/** A linear classifier while it is trained. */
export type SgdState = {
  /** [D, C] */
  readonly weight: tf.Tensor;
  /** [1, C] */
  readonly bias: tf.Tensor;
  /** What the last steps have left of their direction, in the shapes of weight and bias. */
  readonly weightVelocity: tf.Tensor;
  readonly biasVelocity: tf.Tensor;
  /** [1, D] running mean and variance of the features. */
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
};

export type SgdStepInputs = SgdState & {
  /** [B, D] */
  readonly features: tf.Tensor;
  /** [B, C] one-hot */
  readonly targets: tf.Tensor;
  /** Learning rate, a scalar. */
  readonly rate: tf.Tensor;
  readonly momentum: number;
  /** Whether each column is divided by its deviation within the batch. */
  readonly batchNorm: boolean;
};

/** Those of the probe of image MAE. */
const BATCH_NORM_EPSILON = 1e-6;
const RUNNING_SHARE = 0.1;

/** One step of SGD with momentum, as PyTorch's: v = momentum v + g, and the parameter moves by rate v. */
export function sgdStep(inputs: SgdStepInputs): SgdState {
  const { features, targets, rate, momentum, batchNorm, ...state } = inputs;
  const count = features.shape[0]!;
  const mean = tf.mean(features, 0, true); // [1, D]
  const variance = tf.mean(tf.square(tf.sub(features, mean)), 0, true);
  const normed = batchNorm ? normalised(features, mean, variance) : features;
  const error = tf.div(
    tf.sub(tf.softmax(tf.add(tf.matMul(normed, state.weight), state.bias)), targets),
    count,
  ); // [B, C]
  const weightVelocity = tf.add(tf.mul(state.weightVelocity, momentum), tf.matMul(normed, error, true));
  const biasVelocity = tf.add(tf.mul(state.biasVelocity, momentum), tf.sum(error, 0, true));
  return {
    weight: tf.sub(state.weight, tf.mul(rate, weightVelocity)),
    bias: tf.sub(state.bias, tf.mul(rate, biasVelocity)),
    weightVelocity,
    biasVelocity,
    mean: running(state.mean, mean),
    variance: running(state.variance, tf.mul(variance, count / Math.max(1, count - 1))),
  };
}

/** (features - mean) / deviation, [B, D], without factors that are learned. */
export const normalised = (features: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor): tf.Tensor =>
  tf.mul(tf.sub(features, mean), tf.rsqrt(tf.add(variance, BATCH_NORM_EPSILON)));

const running = (before: tf.Tensor, now: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(before, 1 - RUNNING_SHARE), tf.mul(now, RUNNING_SHARE));
