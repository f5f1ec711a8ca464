import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
}

/** Parameters that lie in one vector, one after the other. */
export interface FlatGroup {
  /** Whether weight decay holds for them. */
  readonly decays: boolean;
  readonly entries: readonly Entry[];
}

/**
 * Where every parameter lies in a few dozen vectors.
 *
 * The optimiser and the engine see one vector for each group instead of hundreds of small tensors; autodiff of
 * the split hands the optimiser one gradient for each vector. The dozen passes of an update over a vector of some
 * megabytes stay in the processor's caches, which one vector of all parameters would not.
 */
export interface FlatLayout {
  readonly groups: Readonly<Record<string, FlatGroup>>;
}

/** Numbers in a group, but for a larger parameter, which is a group of its own. */
const LARGEST_GROUP = 2 ** 19;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Assigns every parameter to a group, in the order of `params`. */
export function flatLayout(
  params: Params,
  decays: (name: string, shape: readonly number[]) => boolean,
): FlatLayout {
  const groups: Record<string, { decays: boolean; entries: Entry[] }> = {};
  const open = new Map<boolean, { entries: Entry[]; size: number }>();
  for (const [name, { shape }] of Object.entries(params)) {
    const kind = decays(name, shape);
    const size = sizeOf(shape);
    let group = open.get(kind);
    if (!group || group.size + size > LARGEST_GROUP) {
      group = { entries: [], size: 0 };
      open.set(kind, group);
      groups[`group-${Object.keys(groups).length}`] = { decays: kind, entries: group.entries };
    }
    group.entries.push({ name, shape, size });
    group.size += size;
  }
  return { groups };
}

/** Cuts the vectors into named tensors. Differentiable. */
export function splitParams(layout: FlatLayout, flat: Params): Params {
  const params: Record<string, tf.Tensor> = {};
  for (const [group, { entries }] of Object.entries(layout.groups)) {
    const sizes = entries.map((entry) => entry.size);
    const parts = sizes.length > 1 ? tf.split(flat[group]!, sizes) : [flat[group]!];
    entries.forEach((entry, index) => {
      params[entry.name] = tf.reshape(parts[index]!, entry.shape as number[]);
    });
  }
  return params;
}

/** Named tensors as one vector for each group. */
export function joinParams(layout: FlatLayout, params: Params): Params {
  const vectorOf = ({ entries }: FlatGroup): tf.Tensor =>
    tf.concat(entries.map(({ name }) => tf.reshape(params[name]!, [-1])));
  return Object.fromEntries(
    Object.entries(layout.groups).map(([group, members]) => [group, vectorOf(members)]),
  );
}

/** Fresh named tensors from vectors on the host. */
export function paramsFromVectors(
  layout: FlatLayout,
  vectors: Readonly<Record<string, Float32Array>>,
): Record<string, tf.Tensor> {
  const params: Record<string, tf.Tensor> = {};
  for (const [group, { entries }] of Object.entries(layout.groups)) {
    let offset = 0;
    for (const entry of entries) {
      const values = vectors[group]!.slice(offset, offset + entry.size);
      params[entry.name] = tf.tensor(values, entry.shape as number[], 'float32');
      offset += entry.size;
    }
  }
  return params;
}
