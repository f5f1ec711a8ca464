import * as tf from '@tensorflow/tfjs';
import { unsupportedType } from '../errors.js';
import { cast, castNumber, elementwise, expand, reshape, where } from '../graph/build.js';
import { constant, uniform, type Value, type ValueType } from '../graph/value.js';
import { uploaded } from '../runtime/transfer.js';
import { type Kernel, kernel } from './kernel.js';
import { known } from './known.js';

interface OneHot {
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
  readonly dtype: ValueType;
}

/** 1 where the class's number stands; an index outside 0 … depth - 1 gives a row of `offValue`. */
function oneHot({ indices }: Record<string, Value>, { depth, onValue, offValue, dtype }: OneHot): Value {
  const classes = constant(
    Int32Array.from({ length: depth }, (_, index) => index),
    [depth],
    'int32',
  );
  const column = reshape(cast(indices!, 'int32'), [...indices!.shape, 1]);
  const hit = elementwise('Equal', [column, classes], 'bool');
  if (onValue === 1 && offValue === 0) return cast(hit, dtype);
  const type = dtype === 'bool' ? 'int32' : dtype;
  const number = (value: number) => uniform(castNumber(value, type), [], type);
  return cast(where(hit, number(onValue), number(offValue)), dtype);
}

interface Fill {
  readonly shape: number[];
  readonly value: number | string;
  readonly dtype?: ValueType;
}
interface Range {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly dtype: 'float32' | 'int32';
}
interface LinSpace {
  readonly start: number;
  readonly stop: number;
  readonly num: number;
}

function range(start: number, step: number, count: number, dtype: 'float32' | 'int32'): Value {
  const numbers = Float64Array.from({ length: count }, (_, index) => start + step * index);
  return uploaded(
    dtype === 'float32' ? Float32Array.from(numbers) : Int32Array.from(numbers),
    [count],
    dtype,
  );
}

export const createKernels: readonly Kernel[] = [
  kernel<Fill>(tf.Fill, (_, { shape, value, dtype = 'float32' }) => {
    if (typeof value !== 'number') throw unsupportedType(typeof value);
    return uniform(castNumber(value, dtype), shape, dtype);
  }),
  kernel(tf.ZerosLike, ({ x }) => uniform(0, x!.shape, x!.type)),
  kernel(tf.OnesLike, ({ x }) => uniform(1, x!.shape, x!.type)),
  kernel<Range>(tf.Range, (_, { start, stop, step, dtype }) => {
    const count = start === stop || (start < stop && step < 0) || (stop < start && step > 1) ? 0 : undefined;
    const direction = stop < start && step === 1 ? -1 : step;
    return range(start, direction, count ?? Math.abs(Math.ceil((stop - start) / direction)), dtype);
  }),
  kernel<LinSpace>(tf.LinSpace, (_, { start, stop, num }) =>
    range(start, num > 1 ? (stop - start) / (num - 1) : 0, num, 'float32'),
  ),
  kernel(tf.OneHot, oneHot),
  kernel(tf.Select, ({ condition, t, e }) => {
    const rank = t!.shape.length - condition!.shape.length;
    const aligned =
      rank > 0 && condition!.shape.length === 1
        ? [...condition!.shape, ...Array(rank).fill(1)]
        : condition!.shape;
    return expand(where(reshape(condition!, aligned), t!, e!), t!.shape);
  }),
  kernel(tf.BroadcastArgs, ({ s0, s1 }) => {
    const shapes = [known(tf.BroadcastArgs, 's0', s0!), known(tf.BroadcastArgs, 's1', s1!)];
    const shape = tf.backend_util.assertAndGetBroadcastShape(shapes[0]!, shapes[1]!);
    return uploaded(Int32Array.from(shape), [shape.length], 'int32');
  }),
  kernel<{ shape: number[] }>(tf.BroadcastTo, ({ x }, { shape }) => expand(x!, shape)),
];
