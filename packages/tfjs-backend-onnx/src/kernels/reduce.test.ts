import * as tf from '@tensorflow/tfjs';
import { describe, test } from 'vitest';
import { expectGradientsLikeCpu, expectLikeCpu, type Given, type Op } from './against-cpu.test-model.js';

const cube: Given = {
  data: Array.from({ length: 24 }, (_, index) => Math.sin(index * 2.1) * 2),
  shape: [2, 3, 4],
};
const whole: Given = { data: cube.data.map((x) => Math.round(x * 3)), shape: [2, 3, 4], dtype: 'int32' };
const flags: Given = { data: cube.data.map((x) => (x > 0 ? 1 : 0)), shape: [2, 3, 4], dtype: 'bool' };
const column: Given = { data: [1, -2, 3], shape: [3, 1] };

type Case = readonly [string, Op];
const reductions: readonly Case[] = [
  ['sum', (x) => tf.sum(x!)],
  ['sum by axis', (x) => tf.sum(x!, 1)],
  ['sum of columns', (x) => tf.sum(x!, 0)],
  ['sum by leading axes, kept', (x) => tf.sum(x!, [1, 0], true)],
  ['sum by axes, kept', (x) => tf.sum(x!, [0, -1], true)],
  ['mean', (x) => tf.mean(x!)],
  ['mean by axis, kept', (x) => tf.mean(x!, -1, true)],
  ['max', (x) => tf.max(x!, 1)],
  ['min, kept', (x) => tf.min(x!, [1, 2], true)],
  ['prod', (x) => tf.prod(x!, -1)],
];
const floats: readonly Case[] = [
  ['softmax', (x) => tf.softmax(x!)],
  ['logSoftmax', (x) => tf.logSoftmax(x!)],
  ['logSumExp', (x) => tf.logSumExp(x!, -1)],
  ['variance', (x) => tf.moments(x!, -1).variance],
  ['norm', (x) => tf.norm(x!, 2, -1)],
  ['cumsum', (x) => tf.cumsum(x!, 1)],
  ['cumsum, exclusive and reverse', (x) => tf.cumsum(x!, 2, true, true)],
];
const orders: readonly Case[] = [
  ['argMax', (x) => tf.argMax(x!, 1)],
  ['argMin', (x) => tf.argMin(x!, -1)],
];

describe('reductions give the numbers of the cpu backend', () => {
  test.each([...reductions, ...floats, ...orders])('%s', async (_, op) => expectLikeCpu(op, [cube]));
  test.each([...reductions, ...orders])('%s of integers', async (_, op) => expectLikeCpu(op, [whole]));
  test.each(reductions.filter(([name]) => !/^(max|min)/.test(name)))('%s of booleans', async (_, op) =>
    expectLikeCpu(op, [flags]),
  );
  test('topk', () => expectLikeCpu((x) => [tf.topk(x!, 2).values, tf.topk(x!, 2).indices], [cube]));
  test('topk of integers', () => expectLikeCpu((x) => tf.topk(x!, 3).values, [whole]));
  test('all and any', () => expectLikeCpu((x) => [tf.all(x!, 1), tf.any(x!, -1, true), tf.all(x!)], [flags]));
  test('over an axis of length 1', () =>
    expectLikeCpu((x) => [tf.sum(x!, 1), tf.max(x!, 1, true), tf.mean(x!, 1)], [column]));
  test('over nothing', () => expectLikeCpu((x) => tf.sum(x!, []), [cube]));
});

describe('gradients of reductions', () => {
  const unique = reductions.filter(([name]) => name !== 'prod');
  test.each([...unique, ...floats])('%s', async (_, op) => expectGradientsLikeCpu(op, [cube]));
  test('a sum that broadcasts back', () =>
    expectGradientsLikeCpu((x) => tf.mul(x!, tf.sum(x!, 1, true)).sub(tf.mean(x!)), [cube]));
});
