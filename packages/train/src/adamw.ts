import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';

/**
 * Moments of every parameter and the number of updates made. The moments are kept as sums, Σ βᵏ g and Σ βᵏ g² over the
 * steps back: PyTorch's averages are (1 - β) of them. That saves a pass over each.
 */
export type AdamWState = {
  /** Scalar, float32: updates made so far. */
  readonly step: tf.Tensor;
  readonly firstMoments: Params;
  readonly secondMoments: Params;
};

export type DecayRule = (name: string, shape: readonly number[]) => boolean;

export interface AdamWOptions {
  /** Decay rates of the two moments. Default [0.9, 0.95] (VideoMAE's pre-training). */
  readonly betas?: readonly [number, number];
  /** Default 1e-8. */
  readonly epsilon?: number;
  /** Decoupled weight decay, multiplied by the learning rate. Default 0.05. */
  readonly weightDecay?: number;
  /** Which parameters decay. Default: all but vectors, scalars, tokens and positions (VideoMAE, ST-MAE). */
  readonly decays?: DecayRule;
}

/** A pure optimiser: state is passed, not held. `init` and `update` may be traced. */
export interface AdamW {
  readonly decays: DecayRule;
  init(params: Params): AdamWState;
  /**
   * One step. `learningRate` is a scalar tensor, so that a schedule needs no new trace.
   * Gradients have the names and shapes of the parameters. `decays` replaces the optimiser's own rule when
   * `params` are long vectors that were grouped by it.
   */
  update(
    gradients: Params,
    state: AdamWState,
    params: Params,
    learningRate: tf.Scalar,
    decays?: DecayRule,
  ): { params: Params; state: AdamWState };
}

const zerosLike = (params: Params): Params =>
  Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tf.zeros(value.shape)]));

const matricesOnly: DecayRule = (name, shape) =>
  shape.length > 1 && !/(mask_token|class_token|_positions)$/.test(name);

/**
 * 1 - beta ** step, as 2 t / (1 + t) with t = tanh(-step ln(beta) / 2). The difference itself loses the digits that the
 * power has in common with 1: at 0.999 and the first steps all but three or four.
 */
function forgotten(beta: number, step: tf.Tensor): tf.Tensor {
  const t = tf.tanh(tf.mul(step, -Math.log(beta) / 2));
  return tf.div(tf.mul(2, t), tf.add(1, t));
}

/** AdamW (Loshchilov & Hutter, 2019) with bias-corrected moments, as in PyTorch's `torch.optim.AdamW`. */
export function adamW(options: AdamWOptions = {}): AdamW {
  const { betas = [0.9, 0.95], epsilon = 1e-8, weightDecay = 0.05, decays = matricesOnly } = options;
  const [beta1, beta2] = betas;
  return {
    decays,
    init: (params) => ({
      step: tf.scalar(0),
      firstMoments: zerosLike(params),
      secondMoments: zerosLike(params),
    }),
    update(gradients, state, params, learningRate, rule = decays) {
      const step = state.step.add(1);
      // What turns the sums into bias-corrected averages; the second one's is taken out of the root.
      const firstScale = tf.div(1 - beta1, forgotten(beta1, step));
      const secondScale = tf.sqrt(tf.div(1 - beta2, forgotten(beta2, step)));
      const stepSize = tf.div(tf.mul(learningRate, firstScale), secondScale);
      const floor = tf.div(epsilon, secondScale);
      const kept = tf.sub(1, tf.mul(learningRate, weightDecay));
      const next: Record<string, tf.Tensor> = {};
      const firstMoments: Record<string, tf.Tensor> = {};
      const secondMoments: Record<string, tf.Tensor> = {};
      for (const [name, value] of Object.entries(params)) {
        const gradient = gradients[name]!;
        const first = tf.add(tf.mul(state.firstMoments[name]!, beta1), gradient);
        const second = tf.add(tf.mul(state.secondMoments[name]!, beta2), tf.mul(gradient, gradient));
        const denominator = tf.add(tf.sqrt(second), floor);
        const decayed = weightDecay !== 0 && rule(name, value.shape) ? tf.mul(value, kept) : value;
        next[name] = tf.sub(decayed, tf.mul(tf.div(first, denominator), stepSize));
        firstMoments[name] = first;
        secondMoments[name] = second;
      }
      return { params: next, state: { step, firstMoments, secondMoments } };
    },
  };
}
