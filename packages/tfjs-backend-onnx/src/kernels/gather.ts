import * as tf from '@tensorflow/tfjs';
import { shapeMismatch } from '../errors.js';
import { cast, elementwise, expand, like, reshape, transpose, where } from '../graph/build.js';
import { record } from '../graph/record.js';
import { slice } from '../graph/slice.js';
import { type Shape, sizeOf, uniform, type Value } from '../graph/value.js';
import { checkedIndices, rowNumbers } from './indices.js';
import { type Kernel, kernel } from './kernel.js';
import { range } from './window.js';

/** Reads `indices` along an axis; after `batchDims` leading axes every example has a list of its own. */
function gather(
  { x, indices }: Record<string, Value>,
  attributes: { axis: number; batchDims: number },
): Value {
  const [axis] = tf.util.parseAxisParam(attributes.axis, [...x!.shape]) as [number];
  // Checks the shapes against one another.
  tf.backend_util.segment_util.collectGatherOpShapeInfo(
    { shape: x!.shape } as never,
    { shape: indices!.shape } as never,
    axis,
    attributes.batchDims,
  );
  const batch =
    attributes.batchDims < 0 ? attributes.batchDims + indices!.shape.length : attributes.batchDims;
  const at = checkedIndices(tf.GatherV2, cast(indices!, 'int32'), x!.shape[axis]!);
  const [outer, inner] = [x!.shape.slice(batch, axis), x!.shape.slice(axis + 1)];
  const lists = at.shape.slice(batch);
  if (batch === 0) {
    const shape = [...outer, ...lists, ...inner];
    return record('Gather', [x!, at], { shape, type: x!.type }, { axis });
  }
  // The gathered axis next to the examples' axes, and the axes in between back afterwards.
  const examples = range(0, batch);
  const front = transpose(x!, [
    ...examples,
    axis,
    ...range(batch, axis),
    ...range(axis + 1, x!.shape.length),
  ]);
  const shape = [...at.shape, ...outer, ...inner];
  const tuples = reshape(cast(at, 'int64'), [...at.shape, 1]);
  const rows = record('GatherND', [front, tuples], { shape, type: x!.type }, { batch_dims: batch });
  const middle = batch + lists.length;
  return transpose(rows, [
    ...examples,
    ...range(middle, middle + outer.length),
    ...range(batch, middle),
    ...range(middle + outer.length, shape.length),
  ]);
}

/** More rows than this, and more than there are places, are added in float64: a place may get all of them. */
const MOST_IN_SINGLE = 512;

/**
 * Adds rows of `updates` into zeros; rows with the same index add up. By ScatterElements: ScatterND's threads of ONNX
 * Runtime add rows of the same index at the same time and lose some.
 */
export function scatterAdd(kernel: string, indices: Value, updates: Value, shape: Shape): Value {
  const depth = indices.shape.at(-1)!;
  const rows = tf.util.sizeFromShape([...indices.shape.slice(0, -1)]);
  const width = tf.util.sizeFromShape([...shape.slice(depth)]);
  const places = tf.util.sizeFromShape([...shape.slice(0, depth)]);
  if (rows * width === 0) return uniform(0, shape, updates.type);
  const at = expand(reshape(rowNumbers(kernel, indices, shape), [rows, 1]), [rows, width]);
  const single = updates.type !== 'float32' || rows <= Math.max(MOST_IN_SINGLE, places);
  const type = single ? updates.type : 'float64';
  const zeros = uniform(0, [places, width], type);
  const inputs = [zeros, at, cast(reshape(updates, [rows, width]), type)];
  const sums = record('ScatterElements', inputs, zeros, { axis: 0, reduction: 'add' });
  return reshape(cast(sums, updates.type), shape);
}

const column = (x: Value): Value => reshape(x, [...x.shape, 1]);

/** Rows of a segment that there is not go to a place after the last one, which is cut off, as on the cpu backend. */
function segmentSum(
  { x, segmentIds: ids }: Record<string, Value>,
  { numSegments }: { numSegments: number },
): Value {
  const inner = x!.shape.slice(ids!.shape.length);
  const outside = elementwise(
    'Or',
    [
      elementwise('Less', [ids!, like(ids!, 0)], 'bool'),
      elementwise('GreaterOrEqual', [ids!, like(ids!, numSegments)], 'bool'),
    ],
    'bool',
  );
  const places = where(outside, like(ids!, numSegments), ids!);
  const sums = scatterAdd(tf.UnsortedSegmentSum, column(places), x!, [numSegments + 1, ...inner]);
  return slice(sums, [0, ...inner.map(() => 0)], [numSegments, ...inner]);
}

export const gatherKernels: readonly Kernel[] = [
  kernel<{ axis: number; batchDims: number }>(tf.GatherV2, gather),
  kernel(tf.GatherNd, ({ params, indices }) => {
    const depth = indices!.shape.at(-1);
    if (depth === undefined || depth > params!.shape.length || params!.shape.length === 0) {
      const expected = 'indices of at most as many numbers as the first tensor has axes';
      throw shapeMismatch(tf.GatherNd, expected, [params!.shape, indices!.shape]);
    }
    const shape = [...indices!.shape.slice(0, -1), ...params!.shape.slice(depth)];
    const at = checkedIndices(tf.GatherNd, indices!, params!.shape.slice(0, depth));
    return record('GatherND', [params!, cast(at, 'int64')], { shape, type: params!.type });
  }),
  kernel<{ shape: number[] }>(tf.ScatterNd, ({ indices, updates }, { shape }) =>
    scatterAdd(tf.ScatterNd, indices!.shape.length > 1 ? indices! : column(indices!), updates!, shape),
  ),
  kernel(tf.TensorScatterUpdate, ({ tensor, indices, updates }) => {
    if (sizeOf(updates!.shape) === 0) return tensor!;
    const lengths = tensor!.shape.slice(0, indices!.shape.at(-1)!);
    const at = cast(checkedIndices(tf.TensorScatterUpdate, indices!, lengths), 'int64');
    return record('ScatterND', [tensor!, at, updates!], tensor!);
  }),
  kernel<{ numSegments: number }>(tf.UnsortedSegmentSum, segmentSum),
];
