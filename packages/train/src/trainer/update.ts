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
  /** Share of the old average that an update keeps. */
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
      average: averageDecay === undefined ? {} : averaged(state.average, vectors, averageDecay),
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

const averaged = (average: Params, vectors: Params, decay: number): Params =>
  Object.fromEntries(
    Object.entries(vectors).map(([group, vector]) => [
      group,
      tf.add(tf.mul(average[group]!, decay), tf.mul(vector, 1 - decay)),
    ]),
  );

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
