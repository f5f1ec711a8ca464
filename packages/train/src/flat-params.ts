import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
}

/**
 * Where every parameter lies in a few long vectors.
 *
 * The optimiser and the engine see one vector for each group instead of hundreds of small tensors; autodiff of
 * the split hands the optimiser one gradient for each vector.
 */
export interface FlatLayout {
  readonly groups: Readonly<Record<string, readonly Entry[]>>;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Assigns every parameter to the group that `groupOf` names, in the order of `params`. */
export function flatLayout(
  params: Params,
  groupOf: (name: string, shape: readonly number[]) => string,
): FlatLayout {
  const groups: Record<string, Entry[]> = {};
  for (const [name, value] of Object.entries(params)) {
    const group = groupOf(name, value.shape);
    groups[group] ??= [];
    groups[group].push({ name, shape: value.shape, size: sizeOf(value.shape) });
  }
  return { groups };
}

/** Cuts the vectors into named tensors. Differentiable. */
export function splitParams(layout: FlatLayout, flat: Params): Params {
  const params: Record<string, tf.Tensor> = {};
  for (const [group, entries] of Object.entries(layout.groups)) {
    const sizes = entries.map((entry) => entry.size);
    const parts = tf.split(flat[group]!, sizes);
    entries.forEach((entry, index) => {
      params[entry.name] = tf.reshape(parts[index]!, entry.shape as number[]);
    });
  }
  return params;
}

/** Reads named tensors into one vector for each group, on the host. */
export async function joinParams(layout: FlatLayout, params: Params): Promise<Record<string, Float32Array>> {
  const flat: Record<string, Float32Array> = {};
  for (const [group, entries] of Object.entries(layout.groups)) {
    const vector = new Float32Array(entries.reduce((total, entry) => total + entry.size, 0));
    let offset = 0;
    for (const entry of entries) {
      vector.set(await params[entry.name]!.data<'float32'>(), offset);
      offset += entry.size;
    }
    flat[group] = vector;
  }
  return flat;
}

/** Fresh named tensors from vectors on the host. */
export function paramsFromVectors(
  layout: FlatLayout,
  vectors: Readonly<Record<string, Float32Array>>,
): Record<string, tf.Tensor> {
  const params: Record<string, tf.Tensor> = {};
  for (const [group, entries] of Object.entries(layout.groups)) {
    let offset = 0;
    for (const entry of entries) {
      const values = vectors[group]!.slice(offset, offset + entry.size);
      params[entry.name] = tf.tensor(values, entry.shape as number[], 'float32');
      offset += entry.size;
    }
  }
  return params;
}
