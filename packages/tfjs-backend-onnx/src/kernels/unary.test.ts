import * as tf from '@tensorflow/tfjs';
import { describe, test } from 'vitest';
import { expectGradientsLikeCpu, expectLikeCpu, type Op } from './against-cpu.test-model.js';

const real = { data: [-2.7, -1, -0.5, -1e-4, 0, 1e-4, 0.3, 0.5, 1.5, 2.5, 6.2] };
const positive = { data: [1e-3, 0.2, 1, 2.5, 30] };
const inside = { data: [-0.9, -0.3, 0, 0.2, 0.8] };
const above = { data: [1.1, 2, 5.5] };
const whole = { data: [-3, -1, 0, 2, 7], dtype: 'int32' as const };
const wholePositive = { data: [1, 2, 7], dtype: 'int32' as const };
const special = { data: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 3] };

type Case = readonly [name: string, op: Op, input: { data: number[] }];
const differentiable: readonly Case[] = [
  ['abs', (x) => tf.abs(x!), real],
  ['neg', (x) => tf.neg(x!), real],
  ['exp', (x) => tf.exp(x!), real],
  ['expm1', (x) => tf.expm1(x!), real],
  ['log', (x) => tf.log(x!), positive],
  ['log1p', (x) => tf.log1p(x!), positive],
  ['sqrt', (x) => tf.sqrt(x!), positive],
  ['rsqrt', (x) => tf.rsqrt(x!), positive],
  ['square', (x) => tf.square(x!), real],
  ['reciprocal', (x) => tf.reciprocal(x!), positive],
  ['sigmoid', (x) => tf.sigmoid(x!), real],
  ['logSigmoid', (x) => tf.logSigmoid(x!), real],
  ['tanh', (x) => tf.tanh(x!), real],
  ['relu', (x) => tf.relu(x!), real],
  ['relu6', (x) => tf.relu6(x!), real],
  ['elu', (x) => tf.elu(x!), real],
  ['selu', (x) => tf.selu(x!), real],
  ['leakyRelu', (x) => tf.leakyRelu(x!, 0.1), real],
  ['prelu', (x) => tf.prelu(x!, tf.scalar(0.3)), real],
  ['softplus', (x) => tf.softplus(x!), real],
  ['erf', (x) => tf.erf(x!), real],
  ['sin', (x) => tf.sin(x!), real],
  ['cos', (x) => tf.cos(x!), real],
  ['tan', (x) => tf.tan(x!), real],
  ['asin', (x) => tf.asin(x!), inside],
  ['acos', (x) => tf.acos(x!), inside],
  ['atan', (x) => tf.atan(x!), real],
  ['sinh', (x) => tf.sinh(x!), real],
  ['cosh', (x) => tf.cosh(x!), real],
  ['asinh', (x) => tf.asinh(x!), real],
  ['acosh', (x) => tf.acosh(x!), above],
  ['atanh', (x) => tf.atanh(x!), inside],
  ['floor', (x) => tf.floor(x!), real],
  ['ceil', (x) => tf.ceil(x!), real],
  ['round', (x) => tf.round(x!), real],
  ['sign', (x) => tf.sign(x!), real],
  ['step', (x) => tf.step(x!, 0.5), real],
  ['clipByValue', (x) => tf.clipByValue(x!, -0.7, 1.2), real],
  ['cast to int32', (x) => tf.cast(x!, 'int32'), real],
  ['clone', (x) => tf.clone(x!), real],
];

const cases: readonly Case[] = [
  ...differentiable,
  ['cast to bool', (x) => tf.cast(x!, 'bool'), real],
  ['isNaN', (x) => tf.isNaN(x!), special],
  ['isInf', (x) => tf.isInf(x!), special],
  ['isFinite', (x) => tf.isFinite(x!), special],
  ['log1p of infinities', (x) => tf.log1p(x!), { data: [Number.POSITIVE_INFINITY, 1e-8, -1e-8] }],
  ['expm1 of small and large', (x) => tf.expm1(x!), { data: [1e-8, -1e-8, 20, -20] }],
  ['step of NaN', (x) => tf.step(x!), special],
  ['logicalNot', (x) => tf.logicalNot(tf.cast(x!, 'bool')), real],
  ['round half to even', (x) => tf.round(x!), { data: [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5] }],
];

/** What integers become is TensorFlow.js's choice, op by op. */
const integerOps: readonly Case[] = cases
  .filter(([name]) =>
    /^(abs|neg|exp|expm1|square|relu|relu6|selu|leakyRelu|erf|atan$|sinh|asinh|round|sign|step|clip|cast|is)/.test(
      name,
    ),
  )
  .map(([name, op]) => [name, op, whole]);
const positiveIntegerOps: readonly Case[] = cases
  .filter(([name]) => /^(log1p|acosh)$/.test(name))
  .map(([name, op]) => [name, op, wholePositive]);

describe('unary kernels give the numbers of the cpu backend', () => {
  test.each(cases)('%s', async (_, op, input) => expectLikeCpu(op, [input]));
  test.each([...integerOps, ...positiveIntegerOps])('%s of integers', async (_, op, input) =>
    expectLikeCpu(op, [input]),
  );
});

describe('gradients of unary kernels', () => {
  test.each(differentiable)('%s', async (_, op, input) => expectGradientsLikeCpu(op, [input]));
});
