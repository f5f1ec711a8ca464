import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { describer, number, optional, optionTable, passing, recorded } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Optimizer } from './optimizer.js';
import { zerosLike } from './zeros-like.js';

export interface AdamWOptions {
  /** Decay rates of the two moments, each in [0, 1). Default [0.9, 0.95] (VideoMAE's pre-training). */
  readonly betas?: readonly [number, number];
  /** Above 0. Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled weight decay, at least 0, multiplied by the learning rate. Default 0.05. */
  readonly weightDecay?: number;
}

const isRate = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value < 1;

const OPTIONS = optionTable(
  'adamW',
  {
    betas: optional(
      passing(
        'two numbers from 0 and below 1',
        (value): value is readonly [number, number] =>
          Array.isArray(value) && value.length === 2 && value.every(isRate),
      ),
      [0.9, 0.95],
    ),
    epsilon: optional(number({ above: 0 }), 1e-8),
    weightDecay: optional(number({ from: 0 }), 0.05),
  } satisfies Record<keyof AdamWOptions, unknown>,
  TrainError,
);

/**
 * 1 - beta ** step, as 2 t / (1 + t) with t = tanh(-step ln(beta) / 2). The difference itself loses the digits that the
 * power has in common with 1: at 0.999 and the first steps all but three or four.
 */
function forgotten(beta: number, step: tf.Tensor): tf.Tensor {
  const t = tf.tanh(tf.mul(step, -Math.log(beta) / 2));
  return tf.div(tf.mul(2, t), tf.add(1, t));
}

/**
 * AdamW (Loshchilov & Hutter, 2019) with bias-corrected moments, as in PyTorch's `torch.optim.AdamW`.
 *
 * The slots `firstMoments` and `secondMoments` are kept as sums, Σ βᵏ g and Σ βᵏ g² over the steps back: PyTorch's averages
 * are (1 - β) of them. That saves a pass over each.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function adamW(options: AdamWOptions = {}): Optimizer {
  const checked = OPTIONS.check(options);
  const { betas, epsilon, weightDecay } = checked;
  const [beta1, beta2] = betas;
  return {
    init: (params) => ({
      step: tf.scalar(0),
      slots: { firstMoments: zerosLike(params), secondMoments: zerosLike(params) },
    }),
    update(gradients, state, params, learningRate, group) {
      const step = state.step.add(1);
      // What turns the sums into bias-corrected averages; the second one's is taken out of the root.
      const firstScale = tf.div(1 - beta1, forgotten(beta1, step));
      const secondScale = tf.sqrt(tf.div(1 - beta2, forgotten(beta2, step)));
      const floor = tf.div(epsilon, secondScale);
      const { firstMoments, secondMoments } = state.slots as Readonly<Record<string, Params>>;
      const next: Record<string, tf.Tensor> = {};
      const first: Record<string, tf.Tensor> = {};
      const second: Record<string, tf.Tensor> = {};
      for (const [name, value] of Object.entries(params)) {
        const gradient = gradients[name]!;
        const { decays, rateScale } = group(name);
        const rate = rateScale === 1 ? learningRate : tf.mul(learningRate, rateScale);
        const stepSize = tf.div(tf.mul(rate, firstScale), secondScale);
        first[name] = tf.add(tf.mul(firstMoments![name]!, beta1), gradient);
        second[name] = tf.add(tf.mul(secondMoments![name]!, beta2), tf.mul(gradient, gradient));
        const denominator = tf.add(tf.sqrt(second[name]), floor);
        const decayed =
          weightDecay !== 0 && decays ? tf.mul(value, tf.sub(1, tf.mul(rate, weightDecay))) : value;
        next[name] = tf.sub(decayed, tf.mul(tf.div(first[name], denominator), stepSize));
      }
      return { params: next, state: { step, slots: { firstMoments: first, secondMoments: second } } };
    },
    describe: describer('adamW', recorded(OPTIONS, checked)),
  };
}
