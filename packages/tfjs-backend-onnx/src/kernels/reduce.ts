import * as tf from '@tensorflow/tfjs';
import { cast, reduce } from '../graph/build.js';
import { record, recordAll } from '../graph/record.js';
import { constant, type Value, type ValueType } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

interface ReduceAttributes {
  readonly axis?: number | number[] | null;
  readonly keepDims?: boolean;
}

function reduceOver(op: string, x: Value, { axis, keepDims = false }: ReduceAttributes): Value {
  return reduce(op, x, tf.util.parseAxisParam(axis ?? (null as never), [...x.shape]), keepDims);
}

/** Booleans count as 0 and 1. */
const countable = (x: Value): Value => (x.type === 'bool' ? cast(x, 'int32') : x);

const numeric = (name: string, op: string): Kernel =>
  kernel<ReduceAttributes>(name, ({ x }, attributes) => reduceOver(op, countable(x!), attributes));

const logical = (name: string, op: string): Kernel =>
  kernel<ReduceAttributes>(name, ({ x }, attributes) =>
    cast(reduceOver(op, cast(x!, 'int32'), attributes), 'bool'),
  );

const indexOf = (name: string, op: string): Kernel =>
  kernel<{ axis: number | number[] }>(name, ({ x }, { axis }) => {
    const [along] = tf.util.parseAxisParam(axis, [...x!.shape]) as [number];
    const shape = x!.shape.filter((_, position) => position !== along);
    const found = record(op, [countable(x!)], { shape, type: 'int64' }, { axis: along, keepdims: 0 });
    return cast(found, 'int32');
  });

function topK({ x }: Record<string, Value>, { k }: { k: number }): Value[] {
  const shape = [...x!.shape.slice(0, -1), k];
  const count = constant(BigInt64Array.of(BigInt(k)), [1], 'int64');
  const outputs: { shape: number[]; type: ValueType }[] = [
    { shape, type: x!.type },
    { shape, type: 'int64' },
  ];
  const [values, indices] = recordAll('TopK', [x!, count], outputs, { axis: -1, largest: 1, sorted: 1 });
  return [values!, cast(indices!, 'int32')];
}

export const reduceKernels: readonly Kernel[] = [
  numeric(tf.Sum, 'ReduceSum'),
  numeric(tf.Prod, 'ReduceProd'),
  kernel<{ reductionIndices: number[]; keepDims: boolean }>(tf.Max, ({ x }, { reductionIndices, keepDims }) =>
    reduceOver('ReduceMax', countable(x!), { axis: reductionIndices, keepDims }),
  ),
  numeric(tf.Min, 'ReduceMin'),
  logical(tf.All, 'ReduceMin'),
  logical(tf.Any, 'ReduceMax'),
  kernel<ReduceAttributes>(tf.Mean, ({ x }, attributes) =>
    reduceOver('ReduceMean', cast(x!, 'float32'), attributes),
  ),
  indexOf(tf.ArgMax, 'ArgMax'),
  indexOf(tf.ArgMin, 'ArgMin'),
  kernel(tf.TopK, topK),
  kernel<{ axis: number; exclusive: boolean; reverse: boolean }>(
    tf.Cumsum,
    ({ x }, { axis, exclusive, reverse }) => {
      const summed = countable(x!);
      const along = constant(Int32Array.of(axis), [], 'int32');
      return record('CumSum', [summed, along], summed, {
        exclusive: exclusive ? 1 : 0,
        reverse: reverse ? 1 : 0,
      });
    },
  ),
  kernel<{ dim: number }>(tf.Softmax, ({ logits }, { dim }) =>
    record('Softmax', [logits!], logits!, { axis: dim < 0 ? dim + logits!.shape.length : dim }),
  ),
  kernel<{ axis: number }>(tf.LogSoftmax, ({ logits }, { axis }) =>
    record('LogSoftmax', [logits!], logits!, { axis: axis < 0 ? axis + logits!.shape.length : axis }),
  ),
];
