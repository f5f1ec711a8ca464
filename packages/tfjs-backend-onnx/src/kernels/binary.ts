import * as tf from '@tensorflow/tfjs';
import {
  add,
  arithmetic,
  cast,
  elementwise,
  like,
  multiply,
  subtract,
  unary,
  where,
} from '../graph/build.js';
import type { Value, ValueType } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

/** ONNX has no arithmetic of booleans: computes with integers. */
const numeric =
  (compute: (a: Value, b: Value) => Value) =>
  ({ a, b }: Record<string, Value>): Value =>
    a!.type === 'bool' ? cast(compute(cast(a!, 'int32'), cast(b!, 'int32')), 'bool') : compute(a!, b!);

const comparison =
  (op: string) =>
  ({ a, b }: Record<string, Value>): Value => {
    const type: ValueType = a!.type === 'bool' ? 'int32' : a!.type;
    return elementwise(op, [cast(a!, type), cast(b!, type)], 'bool');
  };

const logical =
  (op: string) =>
  ({ a, b }: Record<string, Value>): Value =>
    elementwise(op, [a!, b!], 'bool');

/** Integers divide and take remainders as float64, which holds them exactly and survives a division by zero. */
const exact = (x: Value): Value => (x.type === 'int32' ? cast(x, 'float64') : x);

/** A quotient by 0 is 0, which is what the cpu backend's infinity becomes as an integer. */
function floorDivide(a: Value, b: Value): Value {
  const quotient = elementwise('Div', [exact(a), exact(b)], exact(a).type);
  const floor = unary('Floor', quotient);
  const zero = elementwise('Equal', [b, like(b, 0)], 'bool');
  return cast(where(zero, like(floor, 0), floor), 'int32');
}

/** The remainder with the divisor's sign. */
function modulo(a: Value, b: Value): Value {
  const [x, y] = [exact(a), exact(b)];
  const remainder = (p: Value, q: Value) => elementwise('Mod', [p, q], p.type, { fmod: 1 });
  const negative = (p: Value) => elementwise('Less', [p, like(p, 0)], 'bool');
  const plain = remainder(x, y);
  const agree = elementwise('Equal', [negative(x), negative(y)], 'bool');
  return cast(where(agree, plain, remainder(add(plain, y), y)), a.type);
}

function squaredDifference(a: Value, b: Value): Value {
  const difference = subtract(a, b);
  return multiply(difference, difference);
}

/** The angle of (x, y), by quadrant, from the principal arc tangent. */
function atan2({ a: y, b: x }: Record<string, Value>): Value {
  const [rise, run] = [cast(y!, 'float32'), cast(x!, 'float32')];
  const zero = like(run, 0);
  const arc = unary('Atan', elementwise('Div', [rise, run], 'float32'));
  const half = where(elementwise('Less', [rise, zero], 'bool'), like(run, -Math.PI), like(run, Math.PI));
  const left = where(elementwise('Less', [run, zero], 'bool'), half, zero);
  const origin = elementwise(
    'And',
    [elementwise('Equal', [rise, zero], 'bool'), elementwise('Equal', [run, zero], 'bool')],
    'bool',
  );
  return where(origin, zero, add(arc, left));
}

/** (x - mean) / sqrt(variance + epsilon) scale + offset; scale and offset may be missing. */
function batchNorm(inputs: Record<string, Value>, { varianceEpsilon }: { varianceEpsilon: number }): Value {
  const { x, mean, variance, offset, scale } = inputs;
  const deviation = unary('Sqrt', add(variance!, like(variance!, varianceEpsilon)));
  const normal = elementwise('Div', [subtract(x!, mean!), deviation], x!.type);
  const scaled = scale ? multiply(normal, scale) : normal;
  return offset ? add(scaled, offset) : scaled;
}

export const binaryKernels: readonly Kernel[] = [
  kernel(
    tf.Add,
    numeric((a, b) => arithmetic('Add', a, b)),
  ),
  kernel(
    tf.Sub,
    numeric((a, b) => arithmetic('Sub', a, b)),
  ),
  kernel(
    tf.Multiply,
    numeric((a, b) => arithmetic('Mul', a, b)),
  ),
  kernel(tf.RealDiv, ({ a, b }) => arithmetic('Div', cast(a!, 'float32'), cast(b!, 'float32'))),
  kernel(tf.FloorDiv, numeric(floorDivide)),
  kernel(tf.Mod, numeric(modulo)),
  kernel(
    tf.Maximum,
    numeric((a, b) => elementwise('Max', [a, b], a.type)),
  ),
  kernel(
    tf.Minimum,
    numeric((a, b) => elementwise('Min', [a, b], a.type)),
  ),
  kernel(
    tf.Pow,
    numeric((a, b) => elementwise('Pow', [a, b], a.type)),
  ),
  kernel(tf.SquaredDifference, numeric(squaredDifference)),
  kernel(tf.Atan2, atan2),
  kernel<{ varianceEpsilon: number }>(tf.FusedBatchNorm, batchNorm),
  kernel(tf.Equal, comparison('Equal')),
  kernel(tf.NotEqual, (inputs) => elementwise('Not', [comparison('Equal')(inputs)], 'bool')),
  kernel(tf.Greater, comparison('Greater')),
  kernel(tf.GreaterEqual, comparison('GreaterOrEqual')),
  kernel(tf.Less, comparison('Less')),
  kernel(tf.LessEqual, comparison('LessOrEqual')),
  kernel(tf.LogicalAnd, logical('And')),
  kernel(tf.LogicalOr, logical('Or')),
  kernel(tf.LogicalXor, logical('Xor')),
  kernel(tf.BitwiseAnd, ({ a, b }) => elementwise('BitwiseAnd', [a!, b!], 'int32')),
  kernel(tf.AddN, (inputs) => Object.values(inputs).reduce(add)),
];
