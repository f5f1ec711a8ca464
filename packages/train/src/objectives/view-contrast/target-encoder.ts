import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';

/** A second encoder and projection that follow the trained ones slowly. */
export interface MomentumTarget {
  /** Share of itself that it keeps in each step, [0, 1]. */
  readonly momentum: number;
  /** Steps over which `momentum` rises to 1 along a half cosine, as in BYOL and MoCo v3; default: it stays. */
  readonly rampSteps?: number;
}

const PREFIX = 'view_contrast.target.';

/** Copies of the parameters, by the names of buffers. */
export const targetCopies = (params: Params, names: readonly string[]): Params =>
  Object.fromEntries(names.map((name) => [PREFIX + name, tf.clone(params[name]!)]));

/**
 * The target's parameters by the names of those that they follow, moved towards them: share * old + (1 - share) * trained.
 * No gradient is to flow through them: whoever computes with them does so within `withoutGradients`.
 *
 * @param step scalar int32, steps done; read where there is a ramp.
 */
export function movedTarget(
  { momentum, rampSteps }: MomentumTarget,
  params: Params,
  buffers: Params,
  names: readonly string[],
  step: tf.Tensor | undefined,
): Params {
  const share = rampSteps === undefined ? momentum : rampedShare(momentum, rampSteps, step!);
  const other = typeof share === 'number' ? 1 - share : tf.sub(1, share);
  return Object.fromEntries(
    names.map((name) => [name, tf.add(tf.mul(buffers[PREFIX + name]!, share), tf.mul(params[name]!, other))]),
  );
}

/** As buffers for the next step. */
export const targetBuffers = (moved: Params): Params =>
  Object.fromEntries(Object.entries(moved).map(([name, tensor]) => [PREFIX + name, tensor]));

/** 1 - (1 - momentum) (1 + cos(pi step / steps)) / 2 */
function rampedShare(momentum: number, steps: number, step: tf.Tensor): tf.Tensor {
  const done = tf.minimum(tf.div(tf.cast(step, 'float32'), steps), 1);
  return tf.sub(1, tf.mul((1 - momentum) / 2, tf.add(1, tf.cos(tf.mul(done, Math.PI)))));
}
