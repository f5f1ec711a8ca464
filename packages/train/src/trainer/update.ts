import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { Optimizer } from '../optimizers/optimizer.js';
import type { VectorGroup, VectorLayout } from './parameter-vectors.js';
import type { RunState } from './run-state.js';

export interface UpdateOptions {
  readonly optimizer: Optimizer;
  readonly layout: VectorLayout;
  /** Largest Euclidean norm of all gradients together; longer ones are shortened to it. */
  readonly clipNorm: number | undefined;
  /** Share of the old average that a late update keeps. */
  readonly averageDecay: number | undefined;
}

export type Updated = {
  readonly state: RunState;
  /** Scalar: Euclidean norm of all gradients, before clipping; made where they are clipped. */
  readonly gradientNorm?: tf.Tensor;
  /** Scalar: Euclidean norm of all parameters after the update; not finite when the update broke them. */
  readonly weightNorm: tf.Tensor;
};

/**
 * One update of the parameters, traced into the graph of a step. Parameters that the step did not reach stay as they are, and
 * so does what the optimiser remembers of them.
 *
 * @param gradients one vector for each group of the layout.
 * @param reached names of the parameters that have a gradient.
 */
export function update(
  { optimizer, layout, clipNorm, averageDecay }: UpdateOptions,
  state: RunState,
  buffers: Params,
  gradients: Params,
  learningRate: tf.Scalar,
  reached: (name: string) => boolean,
): Updated {
  const gradientNorm = clipNorm === undefined ? undefined : norm(gradients);
  const clipped = gradientNorm ? shortened(gradients, gradientNorm, clipNorm!) : gradients;
  const before = { params: state.vectors, state: state.optimizer };
  const after = optimizer.update(
    clipped,
    state.optimizer,
    state.vectors,
    learningRate,
    (group) => layout.groups[group]!,
  );
  const settled = (old: Params, next: Params): Params =>
    Object.fromEntries(
      Object.entries(layout.groups).map(([group, members]) => [
        group,
        whereReached(members, reached, old[group]!, next[group]!),
      ]),
    );
  const vectors = settled(before.params, after.params);
  const slots = Object.entries(after.state.slots).map(
    ([slot, next]) => [slot, settled(before.state.slots[slot]!, next)] as const,
  );
  return {
    state: {
      vectors,
      optimizer: { step: after.state.step, slots: Object.fromEntries(slots) },
      buffers,
      average:
        averageDecay === undefined
          ? {}
          : averaged(state.average, vectors, averageDecay, state.optimizer.step),
    },
    ...(gradientNorm ? { gradientNorm } : {}),
    weightNorm: norm(vectors),
  };
}

/** By products of each vector with itself: one pass over it, and nothing as long as it is made. */
const norm = (vectors: Params): tf.Tensor =>
  tf.sqrt(tf.addN(Object.values(vectors).map((vector) => tf.dot(vector, vector))));

/** As PyTorch's `clip_grad_norm_`. */
function shortened(gradients: Params, length: tf.Tensor, clipNorm: number): Params {
  const factor = tf.minimum(1, tf.div(clipNorm, tf.add(length, 1e-6)));
  return Object.fromEntries(
    Object.entries(gradients).map(([group, vector]) => [group, tf.mul(vector, factor)]),
  );
}

/**
 * The average behind a step: it keeps min(decay, (1 + t) / (10 + t)) of itself, t being the steps before.
 *
 * With the decay alone an average of 0.999 would still be to a third what was drawn, a thousand steps later. Under this it spans
 * about the last tenth of the steps until that is as long as the decay asks for, at step 9 / (1 - decay). It is the rule of
 * TensorFlow's `ExponentialMovingAverage` with `num_updates`.
 */
function averaged(average: Params, vectors: Params, decay: number, before: tf.Tensor): Params {
  const moves = tf.maximum(1 - decay, tf.div(9, tf.add(before, 10)));
  return Object.fromEntries(
    Object.entries(vectors).map(([group, vector]) => {
      const old = average[group]!;
      return [group, tf.add(old, tf.mul(tf.sub(vector, old), moves))];
    }),
  );
}

function whereReached(
  { entries }: VectorGroup,
  reached: (name: string) => boolean,
  old: tf.Tensor,
  next: tf.Tensor,
): tf.Tensor {
  if (entries.every(({ name }) => reached(name))) return next;
  if (!entries.some(({ name }) => reached(name))) return tf.clone(old);
  const sizes = entries.map(({ size }) => size);
  const parts = [tf.split(old, sizes), tf.split(next, sizes)] as const;
  return tf.concat(entries.map(({ name }, index) => parts[reached(name) ? 1 : 0][index]!));
}
