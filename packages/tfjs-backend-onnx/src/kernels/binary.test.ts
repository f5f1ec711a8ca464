import * as tf from '@tensorflow/tfjs';
import { describe, test } from 'vitest';
import { expectGradientsLikeCpu, expectLikeCpu, type Given, type Op } from './against-cpu.test-model.js';

const a: Given = { data: [-7.5, 7.5, 2, -2, 0, 3.25], shape: [2, 3] };
const b: Given = { data: [2, -2, 3], shape: [3] };
const column: Given = { data: [2, -0.5], shape: [2, 1] };
const base: Given = { data: [0.5, 1.5, 2, 3, 0.1, 4], shape: [2, 3] };
const intA: Given = { data: [-7, 7, 7, -7, 0, 5], shape: [2, 3], dtype: 'int32' };
const intB: Given = { data: [2, -2, 3], shape: [3], dtype: 'int32' };
const flagA: Given = { data: [1, 0, 1, 0, 1, 1], shape: [2, 3], dtype: 'bool' };
const flagB: Given = { data: [0, 1, 1], shape: [3], dtype: 'bool' };
const large: Given = { data: [2_000_000_011, -2_000_000_011, 16_777_217], dtype: 'int32' };

type Case = readonly [string, Op];
const arithmetic: readonly Case[] = [
  ['add', (x, y) => tf.add(x!, y!)],
  ['sub', (x, y) => tf.sub(x!, y!)],
  ['mul', (x, y) => tf.mul(x!, y!)],
  ['div', (x, y) => tf.div(x!, y!)],
  ['maximum', (x, y) => tf.maximum(x!, y!)],
  ['minimum', (x, y) => tf.minimum(x!, y!)],
  ['squaredDifference', (x, y) => tf.squaredDifference(x!, y!)],
  ['mod', (x, y) => tf.mod(x!, y!)],
];
const whole: readonly Case[] = [
  ['floorDiv', (x, y) => tf.floorDiv(x!, y!)],
  ['divNoNan', (x, y) => tf.divNoNan(x!, y!)],
];
const comparisons: readonly Case[] = [
  ['equal', (x, y) => tf.equal(x!, y!)],
  ['notEqual', (x, y) => tf.notEqual(x!, y!)],
  ['greater', (x, y) => tf.greater(x!, y!)],
  ['greaterEqual', (x, y) => tf.greaterEqual(x!, y!)],
  ['less', (x, y) => tf.less(x!, y!)],
  ['lessEqual', (x, y) => tf.lessEqual(x!, y!)],
];
const logical: readonly Case[] = [
  ['logicalAnd', (x, y) => tf.logicalAnd(x!, y!)],
  ['logicalOr', (x, y) => tf.logicalOr(x!, y!)],
  ['logicalXor', (x, y) => tf.logicalXor(x!, y!)],
];

describe('binary kernels give the numbers of the cpu backend', () => {
  const both = [...arithmetic, ...whole, ...comparisons];
  test.each(both)('%s, broadcast', async (_, op) => expectLikeCpu(op, [a, b]));
  test.each(both)('%s, by column', async (_, op) => expectLikeCpu(op, [column, a]));
  test.each(both)('%s of integers', async (_, op) => expectLikeCpu(op, [intA, intB]));
  test.each(arithmetic)('%s of mixed types', async (_, op) => expectLikeCpu(op, [intA, b]));
  test.each(both.filter(([name]) => name !== 'add' && name !== 'divNoNan'))(
    '%s with a number',
    async (_, op) => expectLikeCpu((x) => op(x!, tf.scalar(2)), [a]),
  );
  test.each([...comparisons, ...logical])('%s of booleans', async (_, op) =>
    expectLikeCpu(op, [flagA, flagB]),
  );
  test('floorDiv of large integers', () => expectLikeCpu((x, y) => tf.floorDiv(x!, y!), [large, intB]));
  test('mod of large integers', () => expectLikeCpu((x, y) => tf.mod(x!, y!), [large, intB]));
  test('pow', () => expectLikeCpu((x, y) => tf.pow(x!, y!), [base, b]));
  test('pow of integers', () =>
    expectLikeCpu((x, y) => tf.pow(x!, y!), [intA, { data: [2, 3, 1], dtype: 'int32' }]));
  test('atan2', () =>
    expectLikeCpu(
      (y, x) => tf.atan2(y!, x!),
      [{ data: [1, 1, -1, -1, 0, 0, 2, -2] }, { data: [1, -1, 1, -1, 1, -1, 0, 0] }],
    ));
  test('addN', () => expectLikeCpu((x, y, z) => tf.addN([x!, y!, z!]), [a, base, a]));
  test('where', () => expectLikeCpu((c, x, y) => tf.where(c!, x!, y!), [flagA, a, b]));
  test('where by column', () =>
    expectLikeCpu((c, x, y) => tf.where(c!, x!, y!), [{ data: [1, 0], shape: [2, 1], dtype: 'bool' }, a, b]));
  test('where of a list of flags', () =>
    expectLikeCpu((c, x, y) => tf.where(c!, x!, y!), [flagB, intA, intA]));
});

describe('batch normalisation', () => {
  const batchNorm: Op = (x, mean, variance, offset, scale) =>
    tf.batchNorm(
      x as tf.Tensor2D,
      mean as tf.Tensor1D,
      variance as tf.Tensor1D,
      offset as tf.Tensor1D,
      scale as tf.Tensor1D,
    );
  const statistics: Given[] = [{ data: [0.1, -1, 2] }, { data: [0.5, 2, 1] }];
  test('plain', () => expectLikeCpu(batchNorm, [a, ...statistics]));
  test('with offset and scale', () => expectLikeCpu(batchNorm, [a, ...statistics, b, { data: [1, 2, -3] }]));
  test('gradient', () => expectGradientsLikeCpu(batchNorm, [a, ...statistics, b, { data: [1, 2, -3] }]));
});

describe('gradients of binary kernels', () => {
  const smooth = arithmetic.filter(([name]) => name !== 'mod');
  test.each(smooth)('%s, broadcast', async (_, op) => expectGradientsLikeCpu(op, [a, b]));
  test.each(smooth)('%s, by column', async (_, op) => expectGradientsLikeCpu(op, [column, a]));
  test('pow', () => expectGradientsLikeCpu((x, y) => tf.pow(x!, y!), [base, b]));
  test('pow by a number', () => expectGradientsLikeCpu((x) => tf.pow(x!, 3), [a]));
  test('mod', () => expectGradientsLikeCpu((x, y) => tf.mod(x!, y!), [a, { data: [2, 2, 3] }]));
  test('atan2', () => expectGradientsLikeCpu((x, y) => tf.atan2(x!, y!), [a, b]));
  test('where', () =>
    expectGradientsLikeCpu(
      (x, y) =>
        tf.where(
          tf.tensor2d(
            [
              [1, 0, 1],
              [0, 0, 1],
            ],
            [2, 3],
            'bool',
          ),
          x!,
          tf.mul(x!, y!),
        ),
      [a, column],
    ));
  test('a variable used twice', () => expectGradientsLikeCpu((x) => tf.mul(x!, tf.sub(2, x!)), [a]));
});
