import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { headLogits } from './head-logits.js';
import type { HeadShape } from './head-parameters.js';

const BETAS = [0.9, 0.999] as const;
const EPSILON = 1e-8;

/** A head while it is trained. */
export type HeadState = {
  readonly params: Params;
  readonly firstMoments: Params;
  readonly secondMoments: Params;
};

export type HeadStepInputs = HeadState & {
  /** [B, N, D] */
  readonly tokens: tf.Tensor;
  /** [B, classes] shares of the classes. */
  readonly targets: tf.Tensor;
  /** [4] what `stepSettings` gives. As a tensor, so that all heads of one shape are one graph. */
  readonly settings: tf.Tensor;
};

/** Learning rate, weight decay and what makes averages of the moments, of the step that is the `step`-th, from 1. */
export const stepSettings = (rate: number, weightDecay: number, step: number): Float32Array =>
  Float32Array.of(rate, weightDecay, 1 / (1 - BETAS[0] ** step), 1 / (1 - BETAS[1] ** step));

/**
 * One step of AdamW (Loshchilov and Hutter 2019) on the mean cross-entropy. Weights decay, vectors of one axis do not.
 */
export const headStep =
  (shape: HeadShape) =>
  ({ params, firstMoments, secondMoments, tokens, targets, settings }: HeadStepInputs): HeadState => {
    const names = Object.keys(params);
    const { grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
      const own = Object.fromEntries(names.map((name, at) => [name, values[at]!]));
      const logits = headLogits(shape, own, tokens as tf.Tensor3D);
      const losses = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), 1)); // [B]
      return tf.mean(losses) as tf.Scalar;
    })(Object.values(params));
    const [rate, weightDecay, firstScale, secondScale] = tf
      .split(settings, 4)
      .map((one) => tf.squeeze(one)) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const kept = tf.sub(1, tf.mul(rate, weightDecay));
    const next: Record<string, tf.Tensor> = {};
    const first: Record<string, tf.Tensor> = {};
    const second: Record<string, tf.Tensor> = {};
    for (const [at, name] of names.entries()) {
      const [value, gradient] = [params[name]!, grads[at]!];
      first[name] = tf.add(tf.mul(firstMoments[name]!, BETAS[0]), tf.mul(gradient, 1 - BETAS[0]));
      second[name] = tf.add(
        tf.mul(secondMoments[name]!, BETAS[1]),
        tf.mul(tf.square(gradient), 1 - BETAS[1]),
      );
      const deviation = tf.add(tf.sqrt(tf.mul(second[name], secondScale)), EPSILON);
      const move = tf.div(tf.mul(tf.mul(first[name], firstScale), rate), deviation);
      next[name] = tf.sub(value.rank > 1 ? tf.mul(value, kept) : value, move);
    }
    return { params: next, firstMoments: first, secondMoments: second };
  };
