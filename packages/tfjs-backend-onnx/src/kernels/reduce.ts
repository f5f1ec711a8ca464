import * as tf from '@tensorflow/tfjs';
import { cast, elementwise, like, reduce, reducedShape, reshape, where } from '../graph/build.js';
import { record, recordAll } from '../graph/record.js';
import { sliceAxis } from '../graph/slice.js';
import { mean, sum } from '../graph/sum.js';
import { constant, sizeOf, uniform, type Value, type ValueType } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

interface ReduceAttributes {
  readonly axis?: number | number[] | null;
  readonly keepDims?: boolean;
}

const axesOf = (x: Value, { axis }: ReduceAttributes): number[] =>
  tf.util.parseAxisParam(axis ?? (null as never), [...x.shape]);

/** `ofNothing` is the result over an axis without elements: what the cpu backend gives. */
function reduceOver(op: string, x: Value, attributes: ReduceAttributes, ofNothing: number): Value {
  const axes = axesOf(x, attributes);
  if (axes.some((axis) => x.shape[axis] === 0)) {
    return uniform(ofNothing, reducedShape(x.shape, axes, attributes.keepDims ?? false), x.type);
  }
  return reduce(op, x, axes, attributes.keepDims ?? false);
}

/** Booleans count as 0 and 1. */
const countable = (x: Value): Value => (x.type === 'bool' ? cast(x, 'int32') : x);

/** Longer products are taken in float64: in any order they round as often as they have factors. */
const LONGEST_IN_SINGLE = 512;

function product(x: Value, attributes: ReduceAttributes): Value {
  const count = sizeOf(axesOf(x, attributes).map((axis) => x.shape[axis]!));
  const double = x.type === 'float32' && count > LONGEST_IN_SINGLE;
  return cast(reduceOver('ReduceProd', double ? cast(x, 'float64') : x, attributes, 1), x.type);
}

const logical = (name: string, op: string): Kernel =>
  kernel<ReduceAttributes>(name, ({ x }, attributes) =>
    cast(reduceOver(op, cast(x!, 'int32'), attributes, 0), 'bool'),
  );

const notANumber = (x: Value): Value => elementwise('IsNaN', [x], 'bool');

/** The largest or smallest. ONNX Runtime's passes over a NaN, which must not get lost. */
function extreme(op: string, x: Value, attributes: ReduceAttributes): Value {
  const found = reduceOver(op, countable(x), attributes, x.type === 'float32' ? Number.NaN : 0);
  if (x.type !== 'float32' || found.source.kind === 'uniform') return cast(found, x.type);
  const spoilt = cast(reduceOver('ReduceMax', cast(notANumber(x), 'int32'), attributes, 0), 'bool');
  return where(spoilt, uniform(Number.NaN, [], x.type), found);
}

/** The place of the largest or smallest. A NaN is neither, but in the first place no other is larger or smaller than it. */
const indexOf = (name: string, op: string, least: number): Kernel =>
  kernel<{ axis: number | number[] }>(name, ({ x }, { axis }) => {
    const [along] = tf.util.parseAxisParam(axis, [...x!.shape]) as [number];
    const shape = reducedShape(x!.shape, [along], false);
    if (x!.shape[along] === 0) return uniform(0, shape, 'int32');
    const place = (numbers: Value) =>
      cast(record(op, [numbers], { shape, type: 'int64' }, { axis: along, keepdims: 0 }), 'int32');
    if (x!.type !== 'float32') return place(countable(x!));
    const spoilt = notANumber(x!);
    const found = place(where(spoilt, like(x!, least), x!));
    return where(reshape(sliceAxis(spoilt, along, 0, 1), shape), like(found, 0), found);
  });

/** The largest first; a NaN counts as infinity. */
function topK({ x }: Record<string, Value>, { k }: { k: number }): Value[] {
  if (x!.type === 'float32') {
    const keys = where(notANumber(x!), like(x!, Number.POSITIVE_INFINITY), x!);
    const places = largest(keys, k)[1]!;
    const output = { shape: places.shape, type: x!.type };
    return [record('GatherElements', [x!, places], output, { axis: x!.shape.length - 1 }), places];
  }
  return largest(x!, k);
}

function largest(x: Value, k: number): Value[] {
  const shape = [...x.shape.slice(0, -1), k];
  const count = constant(BigInt64Array.of(BigInt(k)), [1], 'int64');
  const outputs: { shape: number[]; type: ValueType }[] = [
    { shape, type: x.type },
    { shape, type: 'int64' },
  ];
  const [values, indices] = recordAll('TopK', [x, count], outputs, { axis: -1, largest: 1, sorted: 1 });
  return [values!, cast(indices!, 'int32')];
}

export const reduceKernels: readonly Kernel[] = [
  kernel<ReduceAttributes>(tf.Sum, ({ x }, attributes) => {
    const summed = countable(x!);
    return sum(summed, axesOf(summed, attributes), attributes.keepDims ?? false);
  }),
  kernel<ReduceAttributes>(tf.Prod, ({ x }, attributes) => product(countable(x!), attributes)),
  kernel<{ reductionIndices: number[]; keepDims: boolean }>(tf.Max, ({ x }, { reductionIndices, keepDims }) =>
    extreme('ReduceMax', x!, { axis: reductionIndices, keepDims }),
  ),
  kernel<ReduceAttributes>(tf.Min, ({ x }, attributes) => extreme('ReduceMin', x!, attributes)),
  logical(tf.All, 'ReduceMin'),
  logical(tf.Any, 'ReduceMax'),
  kernel<ReduceAttributes>(tf.Mean, ({ x }, attributes) =>
    mean(cast(x!, 'float32'), axesOf(x!, attributes), attributes.keepDims ?? false),
  ),
  indexOf(tf.ArgMax, 'ArgMax', Number.NEGATIVE_INFINITY),
  indexOf(tf.ArgMin, 'ArgMin', Number.POSITIVE_INFINITY),
  kernel(tf.TopK, topK),
];
