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

/** As in JavaScript, which differs from C: a power with an exponent that is NaN is NaN, and so is 1 to an infinite one. */
function power(a: Value, b: Value): Value {
  if (a.type === 'int32') {
    return cast(elementwise('Pow', [cast(a, 'float64'), cast(b, 'float64')], 'float64'), 'int32');
  }
  const plain = elementwise('Pow', [a, b], a.type);
  if (b.source.kind === 'uniform' && Number.isFinite(b.source.number)) return plain;
  const endless = elementwise(
    'And',
    [isInfinite(b), elementwise('Equal', [unary('Abs', a), like(a, 1)], 'bool')],
    'bool',
  );
  const none = elementwise('Or', [elementwise('IsNaN', [b], 'bool'), endless], 'bool');
  return where(none, like(a, Number.NaN), plain);
}

const isInfinite = (x: Value): Value => elementwise('IsInf', [x], 'bool');

/** A quotient by 0 is 0: what infinity becomes as an integer. */
function floorDivide(a: Value, b: Value): Value {
  const quotient = elementwise('Div', [cast(a, 'float64'), cast(b, 'float64')], 'float64');
  return cast(unary('Floor', quotient), 'int32');
}

/** The remainder with the divisor's sign, in float64 as in JavaScript: a tiny negative number is close to the divisor. */
function modulo(a: Value, b: Value): Value {
  const [x, y] = [cast(a, 'float64'), cast(b, 'float64')];
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

/** The angle of (x, y): that of (|x|, |y|) turned by quadrant. Zeros have signs, and equal infinities count as equal. */
function atan2({ a: y, b: x }: Record<string, Value>): Value {
  const [rise, run] = [cast(y!, 'float32'), cast(x!, 'float32')];
  const zero = like(run, 0);
  const is = (op: string, a: Value, b: Value) => elementwise(op, [a, b], 'bool');
  const both = (test: (x: Value) => Value) => is('And', test(rise), test(run));
  const negative = (x: Value) =>
    is('Or', is('Less', x, zero), is('And', is('Equal', x, zero), is('Less', unary('Reciprocal', x), zero)));
  const slope = elementwise('Div', [unary('Abs', rise), unary('Abs', run)], 'float32');
  const known = where(both(isInfinite), like(slope, 1), slope);
  const acute = unary(
    'Atan',
    where(
      both((x) => is('Equal', x, zero)),
      zero,
      known,
    ),
  );
  const angle = where(negative(run), subtract(like(acute, Math.PI), acute), acute);
  return where(negative(rise), unary('Neg', angle), angle);
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
  kernel(tf.Pow, numeric(power)),
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
