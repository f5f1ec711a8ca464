import * as tf from '@tensorflow/tfjs';
import { UnsupportedKernelError } from '../errors.js';
import { arithmetic, cast, expand, reduce, reshape } from '../graph/build.js';
import { record } from '../graph/record.js';
import { constant, type Shape, uniform, type Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

function gather(
  { x, indices }: Record<string, Value>,
  attributes: { axis: number; batchDims: number },
): Value {
  const [axis] = tf.util.parseAxisParam(attributes.axis, [...x!.shape]) as [number];
  const batch =
    attributes.batchDims < 0 ? attributes.batchDims + indices!.shape.length : attributes.batchDims;
  const shape = [...x!.shape.slice(0, axis), ...indices!.shape.slice(batch), ...x!.shape.slice(axis + 1)];
  const at = cast(indices!, 'int32');
  if (batch === 0) return record('Gather', [x!, at], { shape, type: x!.type }, { axis });
  if (batch !== axis) throw new UnsupportedKernelError(tf.GatherV2, `batchDims ${batch} with axis ${axis}`);
  const tuples = reshape(cast(at, 'int64'), [...at.shape, 1]);
  return record('GatherND', [x!, tuples], { shape, type: x!.type }, { batch_dims: batch });
}

/**
 * Adds rows of `updates` into zeros; rows with the same index add up. By ScatterElements: ScatterND's threads of ONNX
 * Runtime add rows of the same index at the same time and lose some.
 */
function scatterAdd(indices: Value, updates: Value, shape: Shape): Value {
  const depth = indices.shape.at(-1)!;
  const rows = tf.util.sizeFromShape([...indices.shape.slice(0, -1)]);
  const width = tf.util.sizeFromShape([...shape.slice(depth)]);
  const places = tf.util.sizeFromShape([...shape.slice(0, depth)]);
  const at = expand(reshape(cast(rowNumbers(indices, shape), 'int64'), [rows, 1]), [rows, width]);
  const zeros = uniform(0, [places, width], updates.type);
  const inputs = [zeros, at, reshape(updates, [rows, width])];
  return reshape(record('ScatterElements', inputs, zeros, { axis: 0, reduction: 'add' }), shape);
}

/** Tuples [..., depth] of indices into the first axes of `shape` as row numbers [...]. */
function rowNumbers(indices: Value, shape: Shape): Value {
  const depth = indices.shape.at(-1)!;
  if (depth === 1) return indices;
  const strides = Int32Array.from({ length: depth }, (_, axis) =>
    tf.util.sizeFromShape([...shape.slice(axis + 1, depth)]),
  );
  const weighted = arithmetic('Mul', cast(indices, 'int32'), constant(strides, [depth], 'int32'));
  return reduce('ReduceSum', weighted, [indices.shape.length - 1], false);
}

export const gatherKernels: readonly Kernel[] = [
  kernel<{ axis: number; batchDims: number }>(tf.GatherV2, gather),
  kernel(tf.GatherNd, ({ params, indices }) => {
    const depth = indices!.shape.at(-1)!;
    const shape = [...indices!.shape.slice(0, -1), ...params!.shape.slice(depth)];
    return record('GatherND', [params!, cast(indices!, 'int64')], { shape, type: params!.type });
  }),
  kernel<{ shape: number[] }>(tf.ScatterNd, ({ indices, updates }, { shape }) =>
    scatterAdd(indices!, updates!, shape),
  ),
  kernel(tf.TensorScatterUpdate, ({ tensor, indices, updates }) =>
    record('ScatterND', [tensor!, cast(indices!, 'int64'), updates!], tensor!),
  ),
  kernel<{ numSegments: number }>(tf.UnsortedSegmentSum, ({ x, segmentIds }, { numSegments }) => {
    const rank = segmentIds!.shape.length;
    return scatterAdd(reshape(segmentIds!, [...segmentIds!.shape, 1]), x!, [
      numSegments,
      ...x!.shape.slice(rank),
    ]);
  }),
];
