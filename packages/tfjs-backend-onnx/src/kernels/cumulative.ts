import * as tf from '@tensorflow/tfjs';
import { cast, elementwise } from '../graph/build.js';
import { record } from '../graph/record.js';
import { slice } from '../graph/slice.js';
import { constant, uniform, type Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';
import { concat } from './layout.js';

interface Cumulative {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

const countable = (x: Value): Value => (x.type === 'bool' ? cast(x, 'int32') : x);

/** Longer axes add up in float64, since a sum of all that came before cannot be taken in pieces. */
const LONGEST_IN_SINGLE = 512;

export function cumulativeSum(x: Value, { axis, exclusive, reverse }: Cumulative): Value {
  const summed = countable(x);
  const double = summed.type === 'float32' && x.shape[axis]! > LONGEST_IN_SINGLE;
  const terms = double ? cast(summed, 'float64') : summed;
  const along = constant(Int32Array.of(axis), [], 'int32');
  const attributes = { exclusive: exclusive ? 1 : 0, reverse: reverse ? 1 : 0 };
  return cast(record('CumSum', [terms, along], terms, attributes), summed.type);
}

/** ONNX has none: products of 1, 2, 4, … neighbours, each of two of half the length, so log2 n nodes. */
function cumulativeProduct({ x }: Record<string, Value>, { axis, exclusive, reverse }: Cumulative): Value {
  const length = x!.shape[axis]!;
  const shifted = (value: Value, steps: number): Value => {
    const kept = value.shape.map((size, position) => (position === axis ? size - steps : size));
    const begin = value.shape.map((_, position) => (position === axis && reverse ? steps : 0));
    const rest = slice(value, begin, kept);
    const ones = uniform(
      1,
      value.shape.map((size, position) => (position === axis ? steps : size)),
      value.type,
    );
    return concat(reverse ? [rest, ones] : [ones, rest], axis);
  };
  let product = countable(x!);
  if (exclusive) product = shifted(product, 1);
  for (let steps = 1; steps < length; steps *= 2) {
    product = elementwise('Mul', [product, shifted(product, steps)], product.type);
  }
  return product;
}

export const cumulativeKernels: readonly Kernel[] = [
  kernel<Cumulative>(tf.Cumsum, ({ x }, attributes) => cumulativeSum(x!, attributes)),
  kernel<Cumulative>(tf.Cumprod, cumulativeProduct),
];
