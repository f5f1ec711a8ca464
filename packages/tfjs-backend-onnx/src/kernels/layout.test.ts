import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { onnxEngine } from '../index.js';
import { expectGradientsLikeCpu, expectLikeCpu, type Given, type Op } from './against-cpu.test-model.js';
import { kernels } from './register.js';
import { unsupportedKernels } from './unsupported.js';

const cube: Given = {
  data: Array.from({ length: 24 }, (_, index) => Math.sin(index * 2.1) * 5),
  shape: [2, 3, 4],
};
const whole: Given = { ...cube, dtype: 'int32' };
const flags: Given = { data: cube.data.map((x) => (x > 0 ? 1 : 0)), shape: [2, 3, 4], dtype: 'bool' };
const thin: Given = { data: [1, -2, 3], shape: [1, 3, 1] };

type Case = readonly [string, Op];
const moves: readonly Case[] = [
  ['reshape', (x) => tf.reshape(x!, [4, -1])],
  ['expandDims', (x) => tf.expandDims(x!, -2)],
  ['squeeze', (x) => tf.squeeze(tf.slice(x!, [0, 1, 0], [2, 1, 4]))],
  ['transpose', (x) => tf.transpose(x!, [2, 0, 1])],
  ['transpose of a transpose', (x) => tf.transpose(tf.transpose(x!, [2, 0, 1]), [1, 0, 2])],
  ['transpose and back', (x) => tf.transpose(tf.transpose(x!, [1, 2, 0]), [2, 0, 1])],
  ['concat', (x) => tf.concat([x!, x!], 1)],
  ['concat from the end', (x) => tf.concat([x!, tf.slice(x!, [0, 0, 1], [2, 3, 2])], -1)],
  ['stack', (x) => tf.stack([x!, x!, x!], 1)],
  ['stack at the end', (x) => tf.stack([x!, x!], -1)],
  ['unstack', (x) => tf.unstack(x!, 1)],
  ['split', (x) => tf.split(x!, 2, -1)],
  ['split by sizes', (x) => tf.split(x!, [1, 2], 1)],
  ['slice', (x) => tf.slice(x!, [0, 1, 1], [-1, 2, 2])],
  ['slice of everything', (x) => tf.slice(x!, 0)],
  ['tile', (x) => tf.tile(x!, [2, 1, 3])],
  ['reverse', (x) => tf.reverse(x!, [0, 2])],
  [
    'pad',
    (x) =>
      tf.pad(x!, [
        [1, 0],
        [0, 2],
        [1, 1],
      ]),
  ],
  ['gather', (x) => tf.gather(x!, tf.tensor1d([2, 0, 0, 1], 'int32'), 1)],
  ['gather rows', (x) => tf.gather(x!, tf.tensor2d([[1, 0, 1]], [1, 3], 'int32'))],
  [
    'gather per example',
    (x) =>
      tf.gather(
        x!,
        tf.tensor2d(
          [
            [2, 0],
            [1, 1],
          ],
          [2, 2],
          'int32',
        ),
        1,
        1,
      ),
  ],
];
const others: readonly Case[] = [
  ['strided slice', (x) => tf.stridedSlice(x!, [0, 2, 3], [2, 0, -5], [1, -1, -2])],
  [
    'mirror pad, reflected',
    (x) =>
      tf.mirrorPad(
        x!,
        [
          [0, 0],
          [1, 1],
          [2, 0],
        ],
        'reflect',
      ),
  ],
  [
    'mirror pad, symmetric',
    (x) =>
      tf.mirrorPad(
        x!,
        [
          [1, 0],
          [1, 2],
          [2, 0],
        ],
        'symmetric',
      ),
  ],
  [
    'gatherND',
    (x) =>
      tf.gatherND(
        x!,
        tf.tensor2d(
          [
            [0, 1],
            [1, 2],
            [0, 1],
          ],
          [3, 2],
          'int32',
        ),
      ),
  ],
  ['zerosLike', (x) => tf.zerosLike(x!)],
  ['onesLike', (x) => tf.onesLike(x!)],
];

describe('layout kernels give the numbers of the cpu backend', () => {
  const all = [...moves, ...others];
  test.each(all)('%s', async (_, op) => expectLikeCpu(op, [cube]));
  test.each(all)('%s of integers', async (_, op) => expectLikeCpu(op, [whole]));
  test.each(all.filter(([name]) => !/^mirror/.test(name)))('%s of booleans', async (_, op) =>
    expectLikeCpu(op, [flags]),
  );
  test('broadcastTo', () => expectLikeCpu((x) => tf.broadcastTo(x!, [2, 3, 4]), [thin]));
  test('pad with a number', () =>
    expectLikeCpu(
      (x) =>
        tf.pad(
          x!,
          [
            [0, 1],
            [1, 0],
            [0, 0],
          ],
          -2.5,
        ),
      [cube],
    ));
  test('concat of an empty tensor', () =>
    expectLikeCpu((x) => tf.concat([x!, tf.zeros([2, 0, 4])], 1), [cube]));
});

describe('gradients of layout kernels', () => {
  test.each(moves)('%s', async (_, op) => expectGradientsLikeCpu(op, [cube]));
  test('broadcastTo', () => expectGradientsLikeCpu((x) => tf.broadcastTo(x!, [2, 3, 4]), [thin]));
});

describe('kernels that make tensors', () => {
  const indices: Given = { data: [0, 2, 1, 5, -1, 2], shape: [2, 3], dtype: 'int32' };
  const made: readonly Case[] = [
    ['oneHot', (x) => tf.oneHot(x!, 3)],
    ['oneHot with values', (x) => tf.oneHot(x!, 3, 2.5, -1, 'float32')],
    ['range', (x) => tf.range(0, 7, 2, 'int32').add(x!.sum())],
    ['range backwards', (x) => tf.range(5, 1, -1.5).add(x!.sum())],
    ['linspace', (x) => tf.linspace(-1, 1, 5).add(x!.sum())],
    ['fill', (x) => tf.fill([2, 3], 1.25).mul(x!)],
    ['ones', (x) => [tf.ones([2, 3]), x!]],
    ['zeros of integers', (x) => [tf.zeros([4], 'int32'), x!]],
    ['eye', (x) => [tf.eye(3), x!]],
    ['constants of one number broadcast', (x) => tf.add(tf.ones([2, 1, 3]), tf.mul(tf.zeros([2, 3]), x!))],
  ];
  test.each(made)('%s', async (_, op) => expectLikeCpu(op, [indices]));
  test('scatterND', () =>
    expectLikeCpu(
      (x) => tf.scatterND(tf.tensor2d([[4], [3], [1], [7]], [4, 1], 'int32'), x!, [8]),
      [{ data: [9, 10, 11, 12] }],
    ));
  test('tensorScatterUpdate', () =>
    expectLikeCpu(
      (x, updates) => tf.tensorScatterUpdate(x!, tf.tensor2d([[1], [0]], [2, 1], 'int32'), updates!),
      [cube, { data: cube.data.map((x) => x + 1), shape: [2, 3, 4] }],
    ));
  test('unsortedSegmentSum adds rows of the same index, all of them', async () => {
    const rows = 4000;
    const ids: Given = { data: Array.from({ length: rows }, (_, index) => index % 3), dtype: 'int32' };
    const updates: Given = {
      data: Array.from({ length: rows * 64 }, (_, index) => (index % 7) - 3),
      shape: [rows, 64],
    };
    const sum: Op = (x, at) => tf.unsortedSegmentSum(x!, at as tf.Tensor1D, 4);
    // With threads, in case ONNX Runtime should one day add rows of the same index at the same time.
    await expectLikeCpu(sum, [updates, ids], 0, 4);
  });
});

test('a strided slice with masks drops the axis that is indexed', async () => {
  // The cpu backend reads the wrong elements here, so the numbers are written out: x[:, 1, ::2].
  const engine = await onnxEngine();
  const run = engine.compile((x: tf.Tensor) =>
    tf.stridedSlice(x, [0, 1, 0], [2, 2, 3], [1, 1, 2], 1, 4, 0, 0, 2),
  );
  const x = tf.range(0, 24).reshape([2, 3, 4]);
  const slice = await run(x);
  expect(slice.shape).toEqual([2, 2]);
  expect(Array.from(await slice.data())).toEqual([4, 6, 16, 18]);
});

test('a kernel that ONNX cannot express fails by name and says what comes nearest', async () => {
  const engine = await onnxEngine();
  const run = engine.compile((x: tf.Tensor) => tf.unique(x).values);
  const failure = await run(tf.tensor([1, 1, 2])).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: 'ONNX_UNSUPPORTED_KERNEL', where: 'kernel "Unique"' });
  expect((failure as Error).message).toMatch(/depends on values.*Nearest.*Bincount/);
});

test('every kernel of TensorFlow.js is either supported or listed with a reason', () => {
  const names = Object.entries(tf).flatMap(([key, value]) => (key === value ? [key] : []));
  const known = [...kernels.map(({ name }) => name), ...Object.keys(unsupportedKernels), tf.Identity];
  expect(names.length).toBeGreaterThan(150);
  expect(names.filter((name) => !known.includes(name))).toEqual([]);
});
