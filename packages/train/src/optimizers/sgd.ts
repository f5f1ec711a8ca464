import * as tf from '@tensorflow/tfjs';
import { describer, flag, number, optional, optionTable, recorded } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Optimizer } from './optimizer.js';
import { zerosLike } from './zeros-like.js';

export interface SgdOptions {
  /** Share of the last update that is kept, [0, 1). Default 0.9. */
  readonly momentum?: number;
  /** Weight decay, at least 0, added to the gradient. Default 0. */
  readonly weightDecay?: number;
  /** Looks ahead along the momentum (Nesterov). Default false. */
  readonly nesterov?: boolean;
}

const OPTIONS = optionTable(
  'sgd',
  {
    momentum: optional(number({ from: 0, below: 1 }), 0.9),
    weightDecay: optional(number({ from: 0 }), 0),
    nesterov: optional(flag(), false),
  } satisfies Record<keyof SgdOptions, unknown>,
  TrainError,
);

/**
 * Stochastic gradient descent with momentum, as in PyTorch's `torch.optim.SGD`: the slot `momentum` is m v + g, and a
 * parameter moves by the learning rate times that.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const checked = OPTIONS.check(options);
  const { momentum, weightDecay, nesterov } = checked;
  return {
    init: (params) => ({ step: tf.scalar(0), slots: { momentum: zerosLike(params) } }),
    update(gradients, state, params, learningRate, group) {
      const next: Record<string, tf.Tensor> = {};
      const velocities: Record<string, tf.Tensor> = {};
      for (const [name, value] of Object.entries(params)) {
        const { decays, rateScale } = group(name);
        const rate = rateScale === 1 ? learningRate : tf.mul(learningRate, rateScale);
        const gradient =
          weightDecay !== 0 && decays
            ? tf.add(gradients[name]!, tf.mul(value, weightDecay))
            : gradients[name]!;
        const velocity = tf.add(tf.mul(state.slots.momentum![name]!, momentum), gradient);
        velocities[name] = velocity;
        const direction = nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity;
        next[name] = tf.sub(value, tf.mul(direction, rate));
      }
      return { params: next, state: { step: state.step.add(1), slots: { momentum: velocities } } };
    },
    describe: describer('sgd', recorded(OPTIONS, checked)),
  };
}
