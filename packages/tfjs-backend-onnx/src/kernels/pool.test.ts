import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { expectTrueGradients } from '../finite-difference.test-model.js';
import { onnxEngine } from '../index.js';
import { expectGradientsLikeCpu, expectLikeCpu, type Op } from './against-cpu.test-model.js';

const given = (shape: number[]) => ({
  data: Array.from({ length: tf.util.sizeFromShape(shape) }, (_, index) => Math.sin(index * 1.3) * 2),
  shape,
});
const image = given([2, 7, 6, 3]);
const video = given([1, 4, 5, 3, 2]);

type Pad = 'same' | 'valid' | number;
const max =
  (size: number | [number, number], strides: number, pad: Pad): Op =>
  (x) =>
    tf.maxPool(x as tf.Tensor4D, size, strides, pad);
const mean =
  (size: number | [number, number], strides: number, pad: Pad): Op =>
  (x) =>
    tf.avgPool(x as tf.Tensor4D, size, strides, pad);

const maxima: readonly (readonly [string, Op, typeof image])[] = [
  ['valid', max(2, 2, 'valid'), image],
  ['same', max([3, 2], 2, 'same'), image],
  ['overlapping', max(3, 1, 'same'), image],
  ['in three dimensions', (x) => tf.maxPool3d(x as tf.Tensor5D, 2, 1, 'same'), video],
];
const means: typeof maxima = [
  ['valid', mean(2, 2, 'valid'), image],
  ['same', mean([3, 2], 2, 'same'), image],
  ['overlapping', mean(3, 1, 'same'), image],
  ['in three dimensions', (x) => tf.avgPool3d(x as tf.Tensor5D, 2, 1, 'same'), video],
];

describe('maxima of windows', () => {
  test.each(maxima)('%s', async (_, op, x) => {
    await expectLikeCpu(op, [x]);
    await expectGradientsLikeCpu(op, [x]);
  });
  test.each([true, false])('and their places, counted over the batch: %s', (batch) =>
    expectLikeCpu((x) => Object.values(tf.maxPoolWithArgmax(x as tf.Tensor4D, 2, 2, 'same', batch)), [image]),
  );
});

describe('means of windows', () => {
  test.each(means)('%s', (_, op, x) => expectLikeCpu(op, [x]));
  // The cpu backend's gradient divides by the whole window even at the edge, so it is no witness.
  test.each(means)('%s has gradients that are slopes', async (_, op, x) =>
    expectTrueGradients(await onnxEngine({ threads: 1 }), op as (...inputs: tf.Tensor[]) => tf.Tensor, [x]),
  );
  test('padding wider than the window', async () => {
    const engine = await onnxEngine();
    const pool = engine.compile((x: tf.Tensor) => tf.avgPool3d(x as tf.Tensor5D, [1, 1, 2], 1, 2));
    const found = await pool(tf.ones([1, 1, 1, 2, 1]));
    const inside = Array.from(await found.data());
    // Five by five planes of five places along the row: only the middle row of the middle plane meets the input.
    expect(found.shape).toEqual([1, 5, 5, 5, 1]);
    expect(inside.slice(60, 65)).toEqual([0, 1, 1, 1, 0]);
    expect(inside.filter((value) => value !== 0)).toHaveLength(3);
  });
});

test('a maximum and its gradient stand in one graph', () =>
  expectLikeCpu(
    (x) => {
      const { value, grad } = tf.valueAndGrad((y: tf.Tensor) => maxima[0]![1](y) as tf.Tensor)(x!);
      return [value, grad];
    },
    [image],
  ));
