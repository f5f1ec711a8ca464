import * as tf from '@tensorflow/tfjs';
import { arithmetic, cast, elementwise, expand, like, reduce, reshape, where } from '../graph/build.js';
import { record } from '../graph/record.js';
import { slice } from '../graph/slice.js';
import { constant, sizeOf, uniform, type Value } from '../graph/value.js';
import { scatterAdd } from './gather.js';
import { rowNumbers } from './indices.js';
import { type Kernel, kernel } from './kernel.js';
import { range } from './window.js';

interface Count {
  readonly size: number;
  readonly binaryOutput?: boolean;
}

/** Adds each element's weight, or 1, to the place that the element names; elements out of range count for nothing. */
function binCount(x: Value, weights: Value, { size, binaryOutput = false }: Count): Value {
  const [rows, columns] = x.shape.length === 2 ? (x.shape as [number, number]) : [1, x.shape[0]!];
  const weighted = sizeOf(weights.shape) > 0 && !binaryOutput;
  const type = weights.type;
  const share = weighted ? cast(weights, type) : uniform(1, x.shape, type);
  const inside = elementwise('Less', [x, like(x, size)], 'bool');
  const starts = constant(
    Int32Array.from({ length: rows }, (_, row) => row * size),
    x.shape.length === 2 ? [rows, 1] : [1],
    'int32',
  );
  // One place more than there is takes what is out of range.
  const marked = where(inside, arithmetic('Add', x, starts), like(x, rows * size));
  // A negative one stays negative in every row, where it is found.
  const negative = elementwise('Less', [x, like(x, 0)], 'bool');
  const places = where(negative, x, marked);
  const flat = scatterAdd(
    tf.Bincount,
    reshape(places, [rows * columns, 1]),
    reshape(expand(share, x.shape), [rows * columns]),
    [rows * size + 1],
  );
  const counts = reshape(slice(flat, [0], [rows * size]), x.shape.length === 2 ? [rows, size] : [size]);
  return binaryOutput ? elementwise('Min', [counts, like(counts, 1)], type) : counts;
}

/** Values at their places, the default elsewhere. */
function sparseToDense(inputs: Record<string, Value>, { outputShape }: { outputShape: number[] }): Value {
  const { sparseIndices: indices, sparseValues: values, defaultValue } = inputs;
  const depth = indices!.shape.length > 1 ? indices!.shape.at(-1)! : 1;
  const count = indices!.shape.length > 0 ? indices!.shape[0]! : 1;
  const size = sizeOf(outputShape);
  const rows = rowNumbers(tf.SparseToDense, reshape(indices!, [count, depth]), outputShape);
  const filled = expand(reshape(defaultValue!, [1]), [size]);
  const updates = expand(values!, [count]);
  const at = reshape(rows, [count]);
  return reshape(record('ScatterElements', [filled, at, updates], filled, { axis: 0 }), outputShape);
}

/** How many elements of each row of the sorted sequence lie before each value: its place in the sequence. */
function searchSorted(inputs: Record<string, Value>, { side }: { side: 'left' | 'right' }): Value {
  const { sortedSequence: sequence, values } = inputs;
  const [rows, length] = sequence!.shape as [number, number];
  const column = reshape(values!, [...values!.shape, 1]);
  const row = reshape(sequence!, [rows, 1, length]);
  const before = elementwise(side === 'left' ? 'Less' : 'LessOrEqual', [row, column], 'bool');
  return reduce('ReduceSum', cast(before, 'int32'), [2], false);
}

/** A tensor's elements on the diagonal of one of twice the rank. */
function diagonal(x: Value): Value {
  const size = sizeOf(x.shape);
  const numbers = Int32Array.from(range(0, size));
  const hit = elementwise(
    'Equal',
    [constant(numbers, [size, 1], 'int32'), constant(numbers, [1, size], 'int32')],
    'bool',
  );
  const source = x.type === 'bool' ? cast(x, 'int32') : x;
  const matrix = where(hit, reshape(source, [1, size]), like(source, 0));
  return cast(reshape(matrix, [...x.shape, ...x.shape]), x.type);
}

const flat = (x: Value): Value => reshape(x, [sizeOf(x.shape)]);

export const countKernels: readonly Kernel[] = [
  kernel<Count>(tf.Bincount, ({ x, weights }, options) => binCount(flat(x!), flat(weights!), options)),
  kernel<Count>(tf.DenseBincount, ({ x, weights }, options) => binCount(x!, weights!, options)),
  kernel<{ outputShape: number[] }>(tf.SparseToDense, sparseToDense),
  kernel<{ side: 'left' | 'right' }>(tf.SearchSorted, searchSorted),
  kernel(tf.LowerBound, (inputs) => searchSorted(inputs, { side: 'left' })),
  kernel(tf.UpperBound, (inputs) => searchSorted(inputs, { side: 'right' })),
  kernel(tf.Diag, ({ x }) => diagonal(x!)),
];
