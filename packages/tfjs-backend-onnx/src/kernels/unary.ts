import * as tf from '@tensorflow/tfjs';
import {
  add,
  cast,
  divide,
  elementwise,
  like,
  multiply,
  negate,
  subtract,
  unary,
  where,
} from '../graph/build.js';
import type { Value } from '../graph/value.js';
import { type Kernel, kernel } from './kernel.js';

/** Records a function of real numbers; integers go through float32 and back, truncated, as on the cpu backend. */
const real =
  (compute: (x: Value) => Value) =>
  ({ x }: Record<string, Value>): Value =>
    x!.type === 'float32' ? compute(x!) : cast(compute(cast(x!, 'float32')), x!.type);

const same: readonly (readonly [string, string])[] = [
  [tf.Acos, 'Acos'],
  [tf.Acosh, 'Acosh'],
  [tf.Asin, 'Asin'],
  [tf.Asinh, 'Asinh'],
  [tf.Atan, 'Atan'],
  [tf.Atanh, 'Atanh'],
  [tf.Cos, 'Cos'],
  [tf.Cosh, 'Cosh'],
  [tf.Erf, 'Erf'],
  [tf.Reciprocal, 'Reciprocal'],
  [tf.Sin, 'Sin'],
  [tf.Sinh, 'Sinh'],
  [tf.Softplus, 'Softplus'],
  [tf.Sqrt, 'Sqrt'],
  [tf.Tan, 'Tan'],
  [tf.Tanh, 'Tanh'],
];

/** What leaves whole numbers as they are. */
const rounding: readonly (readonly [string, string])[] = [
  [tf.Ceil, 'Ceil'],
  [tf.Floor, 'Floor'],
  [tf.Round, 'Round'],
];

const clip = (x: Value, low: number, high: number): Value =>
  elementwise('Clip', [x, like(x, low), like(x, high)], x.type);

const compare = (op: string, a: Value, b: Value): Value => elementwise(op, [a, b], 'bool');

/** e^x - 1 without cancellation near 0: 2t / (1 - t) with t = tanh(x / 2). */
function expm1(x: Value): Value {
  const t = unary('Tanh', multiply(x, like(x, 0.5)));
  const near = divide(multiply(t, like(x, 2)), subtract(like(x, 1), t));
  const far = subtract(unary('Exp', x), like(x, 1));
  return where(compare('Less', unary('Abs', x), like(x, 1)), near, far);
}

/** log(1 + x) without cancellation near 0 (Higham, Accuracy and Stability, 1.14.1): x log(u) / (u - 1), u = 1 + x. */
function log1p(x: Value): Value {
  const u = add(x, like(x, 1));
  const difference = subtract(u, like(x, 1));
  const log = unary('Log', u);
  const infinite = test('IsInf', x);
  const exact = elementwise('Or', [compare('Equal', difference, like(x, 0)), infinite], 'bool');
  return where(exact, where(infinite, log, x), multiply(log, divide(x, difference)));
}

function step(x: Value, alpha: number): Value {
  const stepped = where(compare('Greater', x, like(x, 0)), like(x, 1), like(x, alpha));
  return x.type === 'float32' ? where(test('IsNaN', x), x, stepped) : stepped;
}

function test(op: 'IsNaN' | 'IsInf', x: Value): Value {
  return elementwise(op, [cast(x, 'float32')], 'bool');
}

export const unaryKernels: readonly Kernel[] = [
  ...same.map(([name, op]) =>
    kernel(
      name,
      real((x) => unary(op, x)),
    ),
  ),
  ...rounding.map(([name, op]) => kernel(name, ({ x }) => (x!.type === 'float32' ? unary(op, x!) : x!))),
  kernel(tf.Abs, ({ x }) => unary('Abs', x!)),
  kernel(tf.Neg, ({ x }) => negate(x!)),
  kernel(tf.Sign, ({ x }) =>
    x!.type === 'float32' ? where(test('IsNaN', x!), like(x!, 0), unary('Sign', x!)) : unary('Sign', x!),
  ),
  kernel(tf.Square, ({ x }) => elementwise('Mul', [x!, x!], x!.type)),
  kernel(tf.Relu, ({ x }) => unary('Relu', x!)),
  kernel(tf.Relu6, ({ x }) => clip(x!, 0, 6)),
  kernel<{ clipValueMin: number; clipValueMax: number }>(
    tf.ClipByValue,
    ({ x }, { clipValueMin, clipValueMax }) => clip(x!, clipValueMin, clipValueMax),
  ),
  kernel(tf.Exp, ({ x }) => unary('Exp', cast(x!, 'float32'))),
  kernel(
    tf.Log,
    real((x) => unary('Log', x)),
  ),
  kernel(
    tf.Sigmoid,
    real((x) => unary('Sigmoid', x)),
  ),
  kernel(
    tf.Elu,
    real((x) => unary('Elu', x)),
  ),
  kernel(
    tf.Selu,
    real((x) => unary('Selu', x)),
  ),
  kernel(tf.Expm1, real(expm1)),
  kernel(tf.Log1p, real(log1p)),
  kernel(
    tf.Rsqrt,
    real((x) => unary('Reciprocal', unary('Sqrt', x))),
  ),
  kernel<{ alpha: number }>(tf.LeakyRelu, ({ x }, { alpha }) =>
    unary('LeakyRelu', cast(x!, 'float32'), { alpha: { float: alpha } }),
  ),
  kernel(tf.Prelu, ({ x, alpha }) => {
    const [input, slope] = [cast(x!, 'float32'), cast(alpha!, 'float32')];
    return where(compare('Less', input, like(input, 0)), multiply(slope, input), input);
  }),
  kernel<{ alpha: number }>(tf.Step, ({ x }, { alpha }) => step(x!, alpha)),
  kernel(tf.EluGrad, ({ dy, y }) =>
    where(compare('GreaterOrEqual', y!, like(y!, 0)), dy!, multiply(dy!, add(y!, like(y!, 1)))),
  ),
  kernel(tf.IsNan, ({ x }) => test('IsNaN', x!)),
  kernel(tf.IsInf, ({ x }) => test('IsInf', x!)),
  kernel(tf.IsFinite, ({ x }) =>
    elementwise('Not', [elementwise('Or', [test('IsNaN', x!), test('IsInf', x!)], 'bool')], 'bool'),
  ),
  kernel(tf.LogicalNot, ({ x }) => elementwise('Not', [x!], 'bool')),
  kernel<{ dtype: tf.DataType }>(tf.Cast, ({ x }, { dtype }) => cast(x!, dtype as Value['type'])),
];
