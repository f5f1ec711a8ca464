import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { onnxEngine } from '../index.js';
import { expectGradientsLikeCpu, expectLikeCpu, type Given, type Op } from './against-cpu.test-model.js';

const { NaN: none, POSITIVE_INFINITY: up, NEGATIVE_INFINITY: down } = Number;
const numbers = [none, up, down, 0, -0, 1, -1, 2.5, -2.5, 0.5, 1.5, 88, -88, 1e-8, 3e38, -3e38, 1e-40];
const special: Given = { data: numbers };
/** Every number with every other. */
const left: Given = { data: numbers.flatMap((a) => numbers.map(() => a)) };
const right: Given = { data: numbers.flatMap(() => numbers) };
const whole: Given = { data: [0, 1, -1, 2, -7, 8, 30, -30, 46340], dtype: 'int32' };
const wholeLeft: Given = { data: whole.data.flatMap((a) => whole.data.map(() => a)), dtype: 'int32' };
const wholeRight: Given = { data: whole.data.flatMap(() => whole.data), dtype: 'int32' };

const unary = [
  ...[
    'abs',
    'acos',
    'acosh',
    'asin',
    'asinh',
    'atan',
    'atanh',
    'ceil',
    'cos',
    'cosh',
    'elu',
    'erf',
    'exp',
    'expm1',
  ],
  ...[
    'floor',
    'isFinite',
    'isInf',
    'isNaN',
    'leakyRelu',
    'log',
    'log1p',
    'logSigmoid',
    'neg',
    'reciprocal',
    'relu',
  ],
  ...[
    'relu6',
    'round',
    'rsqrt',
    'selu',
    'sigmoid',
    'sign',
    'sin',
    'sinh',
    'softplus',
    'sqrt',
    'square',
    'step',
    'tan',
    'tanh',
  ],
] as const;
const binary = [
  ...[
    'add',
    'sub',
    'mul',
    'div',
    'divNoNan',
    'floorDiv',
    'mod',
    'pow',
    'maximum',
    'minimum',
    'squaredDifference',
  ],
  ...['atan2', 'equal', 'notEqual', 'greater', 'greaterEqual', 'less', 'lessEqual'],
] as const;
const op = (name: string): ((...inputs: tf.Tensor[]) => tf.Tensor) =>
  (tf as unknown as Record<string, (...inputs: tf.Tensor[]) => tf.Tensor>)[name]!;

describe('NaN, infinities, signed zeros and the smallest and largest numbers', () => {
  test.each(unary)('%s', (name) => expectLikeCpu((x) => op(name)(x!), [special], 3e-6));
  test.each(binary)('%s', (name) => expectLikeCpu((x, y) => op(name)(x!, y!), [left, right], 3e-6));
  test.each(['add', 'sub', 'mul', 'div', 'floorDiv', 'mod', 'maximum', 'minimum', 'equal', 'less'])(
    '%s of integers, by zero too',
    (name) => expectLikeCpu((x, y) => op(name)(x!, y!), [wholeLeft, wholeRight]),
  );
  test('powers of integers', () =>
    expectLikeCpu((x, y) => tf.pow(x!, y!.clipByValue(-7, 6)), [wholeLeft, wholeRight]));
  test.each(['reciprocal', 'acos', 'asin', 'log1p', 'round'])('%s of integers', (name) =>
    expectLikeCpu((x) => op(name)(x!), [whole]),
  );
  test('casts to integers and booleans', () =>
    expectLikeCpu(
      (x) => [x!.cast('int32'), x!.cast('bool')],
      [{ data: [...numbers, 3e9, -3e9, 1e10, 2 ** 32, 0.9, -0.9] }],
    ));
  test.each([
    'sqrt',
    'log',
    'abs',
    'exp',
    'tanh',
    'relu',
    'sigmoid',
    'softplus',
    'atan',
    'rsqrt',
    'elu',
    'erf',
  ])('the gradient of %s', (name) => expectGradientsLikeCpu((x) => op(name)(x!), [special]));
  test.each(['div', 'pow', 'maximum', 'minimum', 'atan2', 'squaredDifference'])(
    'the gradients of %s',
    (name) => expectGradientsLikeCpu((x, y) => op(name)(x!, y!), [left, right]),
  );
});

const rows: readonly (readonly [string, readonly number[]])[] = [
  ['a NaN first', [none, 1, 2]],
  ['a NaN within', [1, none, 2]],
  ['nothing but NaN', [none, none, none]],
  ['infinities', [up, 1, up]],
  ['negative infinities', [down, 1, down]],
  ['nothing but negative infinities', [down, down, down]],
  ['both infinities', [up, down, 1]],
  ['a NaN and negative infinities', [none, down, down]],
  ['a NaN and infinities', [none, up, up]],
  ['an infinity before a NaN', [up, none, down]],
];
const overRows: Record<string, Op> = {
  'sum, mean, largest, smallest, product': (x) => [
    tf.sum(x!),
    tf.mean(x!),
    tf.max(x!),
    tf.min(x!),
    tf.prod(x!),
  ],
  'logSumExp and norms': (x) => [tf.logSumExp(x!), tf.norm(x!), tf.norm(x!, 1), tf.norm(x!, up)],
  'argMax and argMin': (x) => [tf.argMax(x!), tf.argMin(x!)],
  'softmax and logSoftmax': (x) => [tf.softmax(x!), tf.logSoftmax(x!)],
  'cumulative sum and product': (x) => [tf.cumsum(x!), tf.cumprod(x!)],
  pooling: (x) => {
    const image = x!.reshape<tf.Tensor4D>([1, 1, 3, 1]);
    return [
      tf.maxPool(image, [1, 2], 1, 'same'),
      tf.avgPool(image, [1, 2], 1, 'same'),
      tf.maxPool(image, [1, 3], 1, 'valid'),
    ];
  },
  'a product of matrices': (x) => tf.matMul(x!.reshape([3, 1]), tf.tensor([[1, 0, -1]])),
};

describe.each(rows)('%s', (_, data) => {
  test.each(Object.entries(overRows))('%s', (_, fn) => expectLikeCpu(fn, [{ data }]));
});

test('topk takes a NaN for an infinity, wherever it stands', async () => {
  const engine = await onnxEngine({ threads: 1 });
  const { values, indices } = await engine.compile((x: tf.Tensor) => tf.topk(x, 4))(
    tf.tensor([1, none, 2, up, none]),
  );
  expect(Array.from(await values.data())).toEqual([none, up, none, 2]);
  expect(Array.from(await indices.data())).toEqual([1, 3, 4, 2]);
});
