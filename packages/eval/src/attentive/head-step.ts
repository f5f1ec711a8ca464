import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { headLogits } from './head-logits.js';
import type { HeadShape } from './head-parameters.js';

const BETAS = [0.9, 0.999] as const;
const EPSILON = 1e-8;

/** Heads while they are trained; each tensor has a leading axis of K heads. */
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
  /** [K, 4] what `stepSettings` gives for each head. */
  readonly settings: tf.Tensor;
};

/** Learning rate, weight decay and what makes averages of the moments, of the step that is the `step`-th, from 1. */
export const stepSettings = (rate: number, weightDecay: number, step: number): number[] => [
  rate,
  weightDecay,
  1 / (1 - BETAS[0] ** step),
  1 / (1 - BETAS[1] ** step),
];

/**
 * One step of AdamW (Loshchilov and Hutter 2019) of each head on its own mean cross-entropy. The losses are added; no parameter of
 * one head is in the loss of another. Weights decay, vectors of one axis do not.
 */
export const headStep =
  (shape: HeadShape) =>
  ({ params, firstMoments, secondMoments, tokens, targets, settings }: HeadStepInputs): HeadState => {
    const names = Object.keys(params);
    const { grads } = tf.valueAndGrads((...values: tf.Tensor[]) => {
      const own = Object.fromEntries(names.map((name, at) => [name, values[at]!]));
      const logits = headLogits(shape, own, tokens as tf.Tensor3D);
      const losses = tf.neg(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), -1)); // [K, B]
      return tf.sum(tf.mean(losses, 1)) as tf.Scalar;
    })(Object.values(params));
    const columns = tf.split(settings, 4, 1); // [K, 1] each
    const kept = tf.sub(1, tf.mul(columns[0]!, columns[1]!));
    const next: Record<string, tf.Tensor> = {};
    const first: Record<string, tf.Tensor> = {};
    const second: Record<string, tf.Tensor> = {};
    for (const [at, name] of names.entries()) {
      const [value, gradient] = [params[name]!, grads[at]!];
      const perHead = (column: tf.Tensor) => tf.reshape(column, [-1, ...value.shape.slice(1).map(() => 1)]);
      const [rate, firstScale, secondScale] = [columns[0]!, columns[2]!, columns[3]!].map(perHead) as [
        tf.Tensor,
        tf.Tensor,
        tf.Tensor,
      ];
      first[name] = tf.add(tf.mul(firstMoments[name]!, BETAS[0]), tf.mul(gradient, 1 - BETAS[0]));
      second[name] = tf.add(
        tf.mul(secondMoments[name]!, BETAS[1]),
        tf.mul(tf.square(gradient), 1 - BETAS[1]),
      );
      const deviation = tf.add(tf.sqrt(tf.mul(second[name], secondScale)), EPSILON);
      const move = tf.div(tf.mul(tf.mul(first[name], firstScale), rate), deviation);
      next[name] = tf.sub(value.rank > 2 ? tf.mul(value, perHead(kept)) : value, move);
    }
    return { params: next, firstMoments: first, secondMoments: second };
  };
