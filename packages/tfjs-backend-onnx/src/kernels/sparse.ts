import * as tf from '@tensorflow/tfjs';
import { arithmetic, cast, divide, elementwise, reduce, reshape } from '../graph/build.js';
import { record } from '../graph/record.js';
import { constant, type Shape, sizeOf, uniform, type Value } from '../graph/value.js';
import { scatterAdd } from './gather.js';
import { checkedIndices } from './indices.js';
import { type Kernel, kernel } from './kernel.js';
import { known } from './known.js';

/** How far apart neighbours along each axis lie in the flat array. */
const strides = (shape: Shape): Int32Array =>
  Int32Array.from(shape, (_, axis) => sizeOf(shape.slice(axis + 1)));

/** The shape that is asked for, with what -1 stands for. */
function completed(asked: readonly number[], from: readonly number[]): number[] {
  const open = asked.flatMap((length, axis) => (length === -1 ? [axis] : []));
  const util = tf.backend_util;
  if (open.length > 1)
    throw new Error(util.getSparseReshapeMultipleNegativeOneOutputDimErrorMessage(open[0]!, open[1]!));
  for (const [axis, length] of asked.entries()) {
    if (length < -1) throw new Error(util.getSparseReshapeNegativeOutputDimErrorMessage(axis, length));
  }
  const size = sizeOf(from);
  const given = asked.map((length) => (length === -1 ? 1 : length));
  const product = sizeOf(given);
  if (open.length === 1) {
    if (product <= 0) throw new Error(util.getSparseReshapeEmptyTensorZeroOutputDimErrorMessage());
    if (size % product !== 0)
      throw new Error(util.getSparseReshapeInputOutputMultipleErrorMessage([...from], given));
    return asked.map((length) => (length === -1 ? size / product : length));
  }
  if (size !== product)
    throw new Error(util.getSparseReshapeInputOutputMismatchErrorMessage([...from], given));
  return given;
}

/** Places [elements, rank] in a tensor of one shape as places in one of another shape of the same size. */
function sparseReshape({ inputIndices, inputShape, newShape }: Record<string, Value>): Value[] {
  for (const [name, value, rank] of [
    ['Input indices should be a matrix', inputIndices!, 2],
    ['Input shape should be a vector', inputShape!, 1],
    ['Target shape should be a vector', newShape!, 1],
  ] as const) {
    tf.util.assert(value.shape.length === rank, () => `${name} but received shape ${value.shape}`);
  }
  const from = known(tf.SparseReshape, 'inputShape', inputShape!);
  const to = completed(known(tf.SparseReshape, 'newShape', newShape!), from);
  const weights = constant(strides(from), [from.length], 'int32');
  const flat = reduce('ReduceSum', arithmetic('Mul', inputIndices!, weights), [1], true); // [elements, 1]
  const row = (data: Int32Array) => constant(data, [to.length], 'int32');
  const lengths = row(Int32Array.from(to, (length) => Math.max(1, length)));
  const whole = elementwise('Div', [flat, row(strides(to).map((stride) => Math.max(1, stride)))], 'int32');
  const places = elementwise('Mod', [whole, lengths], 'int32');
  return [places, constant(Int32Array.from(to), [to.length], 'int32')];
}

/** Sums or means of the rows that each segment lists; segments are numbered in ascending order. */
function segments(name: string, { data, indices, segmentIds }: Record<string, Value>, mean: boolean): Value {
  const expected = [
    [data!.shape.length >= 1, 'Data should be at least 1 dimensional but received scalar'],
    [indices!.shape.length === 1, `Indices should be a vector but received shape ${indices!.shape}`],
    [
      segmentIds!.shape.length === 1,
      `Segment ids should be a vector but received shape ${segmentIds!.shape}`,
    ],
    [indices!.shape[0] === segmentIds!.shape[0], 'segmentIds and indices should have same size.'],
  ] as const;
  for (const [holds, message] of expected) tf.util.assert(holds, () => message);
  const ids = known(name, 'segmentIds', segmentIds!);
  const count = checkedSegments(ids);
  const inner = data!.shape.slice(1);
  if (ids.length === 0) return uniform(0, [0, ...inner], data!.type);
  const at = checkedIndices(name, cast(indices!, 'int32'), data!.shape[0]!);
  const rows = { shape: [ids.length, ...inner], type: data!.type };
  const listed = record('Gather', [data!, at], rows, { axis: 0 });
  const sums = scatterAdd(name, reshape(segmentIds!, [ids.length, 1]), listed, [count, ...inner]);
  if (!mean) return sums;
  const sizes = new Float32Array(count);
  for (const id of ids) sizes[id]! += 1;
  const members = constant(
    sizes.map((size) => Math.max(1, size)),
    [count, ...inner.map(() => 1)],
    'float32',
  );
  return cast(divide(cast(sums, 'float32'), members), data!.type);
}

/** The number of segments, whose numbers must not be negative and must not fall. */
function checkedSegments(ids: readonly number[]): number {
  const count = (ids.at(-1) ?? -1) + 1;
  const util = tf.backend_util;
  if (ids.length > 0 && count <= 0)
    throw new Error(util.getSparseSegmentReductionNegativeSegmentIdsErrorMessage());
  for (const [index, id] of ids.entries()) {
    const next = ids[index + 1] ?? id;
    if (next < id) throw new Error(util.getSparseSegmentReductionNonIncreasingSegmentIdsErrorMessage());
    if (id < 0 || id >= count)
      throw new Error(util.getSparseSegmentReductionSegmentIdOutOfRangeErrorMessage(id, count));
  }
  return count;
}

export const sparseKernels: readonly Kernel[] = [
  kernel(tf.SparseReshape, sparseReshape),
  kernel(tf.SparseSegmentSum, (inputs) => segments(tf.SparseSegmentSum, inputs, false)),
  kernel(tf.SparseSegmentMean, (inputs) => segments(tf.SparseSegmentMean, inputs, true)),
];
