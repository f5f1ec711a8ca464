import * as tf from '@tensorflow/tfjs';
import { describe, test } from 'vitest';
import { expectGradientsLikeCpu, expectLikeCpu, type Given, type Op } from './against-cpu.test-model.js';

const given = (shape: number[], phase = 0): Given => ({
  data: Array.from({ length: tf.util.sizeFromShape(shape) }, (_, index) => Math.sin(index * 1.3 + phase)),
  shape,
});
const image = given([2, 7, 6, 3]);
const filter = given([3, 2, 3, 4], 1);
const wide = given([3, 3, 3, 2], 2); // of a depthwise convolution: two outputs per channel

type Case = readonly [string, Op, readonly Given[]];
const conv =
  (strides: number | [number, number], pad: 'same' | 'valid' | number, rounding?: 'floor'): Op =>
  (x, w) =>
    tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad, 'NHWC', 1, rounding);
const depthwise =
  (strides: number | [number, number], pad: 'same' | 'valid'): Op =>
  (x, w) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);

const convolutions: readonly Case[] = [
  ['valid', conv(1, 'valid'), [image, filter]],
  ['same, by two steps', conv(2, 'same'), [image, filter]],
  ['same, by steps that leave a rest', conv([3, 2], 'same'), [image, filter]],
  ['valid, by steps that leave a rest', conv([3, 3], 'valid'), [image, filter]],
  ['padded, rounded down', conv(2, 1, 'floor'), [image, filter]],
  ['depthwise', depthwise(1, 'same'), [image, wide]],
  ['depthwise, by two steps', depthwise(2, 'valid'), [image, wide]],
  [
    'in three dimensions',
    (x, w) => tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, 2, 'same'),
    [given([2, 4, 5, 3, 2]), given([2, 3, 2, 2, 3], 1)],
  ],
  [
    'transposed',
    (x, w) => tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [2, 8, 9, 2], 2, 'same'),
    [given([2, 4, 5, 3]), given([3, 3, 2, 3], 1)],
  ],
  [
    'separable',
    (x, w, v) => tf.separableConv2d(x as tf.Tensor4D, w as tf.Tensor4D, v as tf.Tensor4D, 1, 'same'),
    [image, wide, given([1, 1, 6, 4], 3)],
  ],
];

describe('convolutions and their gradients are those of the cpu backend', () => {
  test.each(convolutions)('%s', async (_, op, inputs) => {
    await expectLikeCpu(op, inputs, 1e-5);
    await expectGradientsLikeCpu(op, inputs);
  });
  test('dilated', () =>
    expectLikeCpu(
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same', 'NHWC', [2, 3]),
      [image, filter],
      1e-5,
    ));
  test('channels first', () =>
    expectLikeCpu(
      (x, w) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'valid', 'NCHW'),
      [given([2, 3, 7, 6]), filter],
      1e-5,
    ));
  test.each(['relu', 'elu', 'sigmoid', 'relu6'] as const)('fused with a bias and %s', (activation) =>
    expectLikeCpu(
      (x, w, bias) =>
        tf.fused.conv2d({
          x: x as tf.Tensor4D,
          filter: w as tf.Tensor4D,
          strides: 1,
          pad: 'same',
          bias: bias!,
          activation,
        }),
      [image, filter, given([4], 2)],
      1e-5,
    ),
  );
});
