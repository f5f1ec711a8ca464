import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { ParameterGroup } from './objective.js';

interface Entry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
}

/** Parameters that lie in one vector, one after the other, and are trained alike. */
export interface VectorGroup extends ParameterGroup {
  readonly entries: readonly Entry[];
}

/**
 * Where every parameter lies in a few dozen vectors.
 *
 * The optimiser and the engine see one vector for each group instead of hundreds of small tensors; autodiff of
 * the split hands the optimiser one gradient for each vector. The dozen passes of an update over a vector of some
 * megabytes stay in the processor's caches, which one vector of all parameters would not.
 */
export interface VectorLayout {
  readonly groups: Readonly<Record<string, VectorGroup>>;
}

/** Numbers in a vector, but for a larger parameter, which is a vector of its own. */
const LARGEST_VECTOR = 2 ** 19;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * Assigns every parameter to a vector of its kind, in the order of `params`.
 *
 * @throws TrainError `OPTION_INVALID` for a group that is none.
 */
export function vectorLayout(
  params: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  group: (name: string, shape: readonly number[]) => ParameterGroup,
): VectorLayout {
  const groups: Record<string, VectorGroup> = {};
  const open = new Map<string, { entries: Entry[]; size: number }>();
  for (const [name, { shape }] of Object.entries(params)) {
    const { decays, rateScale } = checkedGroup(name, group(name, shape));
    const kind = `${decays} ${rateScale}`;
    const size = sizeOf(shape);
    let vector = open.get(kind);
    if (!vector || vector.size + size > LARGEST_VECTOR) {
      vector = { entries: [], size: 0 };
      open.set(kind, vector);
      groups[`vector-${Object.keys(groups).length}`] = { decays, rateScale, entries: vector.entries };
    }
    vector.entries.push({ name, shape, size });
    vector.size += size;
  }
  return { groups };
}

function checkedGroup(name: string, group: ParameterGroup | undefined): ParameterGroup {
  const { decays, rateScale } = group ?? {};
  if (typeof decays === 'boolean' && Number.isFinite(rateScale) && rateScale! >= 0) return group!;
  throw new TrainError('OPTION_INVALID', {
    where: `trainer, option objective, group of ${name}`,
    expected: '{ decays, rateScale }: true or false, and a number from 0',
    received: showValue(group),
  });
}

/** Cuts the vectors into named tensors. Differentiable. */
export function splitParams(layout: VectorLayout, flat: Params): Params {
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
export function joinParams(layout: VectorLayout, params: Params): Params {
  const vectorOf = ({ entries }: VectorGroup): tf.Tensor =>
    tf.concat(entries.map(({ name }) => tf.reshape(params[name]!, [-1])));
  return Object.fromEntries(
    Object.entries(layout.groups).map(([group, members]) => [group, vectorOf(members)]),
  );
}

/** Named parts of vectors on the host; they share the vectors' memory. */
export function namedParts(
  layout: VectorLayout,
  vectors: Readonly<Record<string, Float32Array>>,
): Record<string, { readonly shape: readonly number[]; readonly data: Float32Array }> {
  const parts: Record<string, { shape: readonly number[]; data: Float32Array }> = {};
  for (const [group, { entries }] of Object.entries(layout.groups)) {
    let offset = 0;
    for (const { name, shape, size } of entries) {
      parts[name] = { shape, data: vectors[group]!.subarray(offset, offset + size) };
      offset += size;
    }
  }
  return parts;
}
