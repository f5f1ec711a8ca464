import * as tf from '@tensorflow/tfjs';
import { describe, test } from 'vitest';
import { expectTrueGradients } from '../finite-difference.test-model.js';
import { onnxEngine } from '../index.js';
import { expectGradientsLikeCpu, expectLikeCpu, type Given, type Op } from './against-cpu.test-model.js';

const given = (shape: number[], phase = 0) => ({
  data: Array.from({ length: tf.util.sizeFromShape(shape) }, (_, index) => Math.sin(index * 1.3 + phase) * 2),
  shape,
});
const image = given([2, 5, 4, 3]);

const sizes = [
  [9, 7],
  [3, 2],
  [5, 4],
  [1, 1],
] as const;
const modes = [
  [false, false],
  [true, false],
  [false, true],
] as const;
const resizes = sizes.flatMap((size) =>
  modes.map(
    ([align, half]) => [`to ${size}, corners ${align}, half pixels ${half}`, size, align, half] as const,
  ),
);

describe.each(['resizeBilinear', 'resizeNearestNeighbor'] as const)('%s', (name) => {
  const resize =
    (size: readonly [number, number], align: boolean, half: boolean): Op =>
    (x) =>
      tf.image[name](x as tf.Tensor4D, [...size], align, half);
  test.each(resizes)('%s', (_, size, align, half) => expectLikeCpu(resize(size, align, half), [image]));
  test.each(resizes)('%s has gradients that are slopes', async (_, size, align, half) =>
    expectTrueGradients(
      await onnxEngine({ threads: 1 }),
      resize(size, align, half) as (...inputs: tf.Tensor[]) => tf.Tensor,
      [image],
    ),
  );
});

describe('images read at other places', () => {
  const boxes: Given = { data: [0.1, 0.2, 0.9, 0.8, 0.5, -0.5, 1.5, 0.5], shape: [2, 4] };
  const owners: Given = { data: [1, 0], dtype: 'int32' };
  test.each(['bilinear', 'nearest'] as const)('cropAndResize, %s', (method) =>
    expectLikeCpu(
      (x, b, at) =>
        tf.image.cropAndResize(x as tf.Tensor4D, b as tf.Tensor2D, at as tf.Tensor1D, [3, 4], method, -7),
      [image, boxes, owners],
    ),
  );
  // One image: the cpu backend leaves all others as they are filled.
  const one = given([1, 5, 4, 3]);
  const turns: Given = { data: [0.8, 0.3, -1, -0.43, 1.1, 2, 0.01, 0.02], shape: [1, 8] };
  test.each(['constant', 'reflect', 'wrap', 'nearest'] as const)('transform, %s', (mode) =>
    expectLikeCpu(
      (x, t) => tf.image.transform(x as tf.Tensor4D, t as tf.Tensor2D, 'bilinear', mode, 0.5, [6, 6]),
      [one, turns],
      1e-4,
    ),
  );
  test('rotateWithOffset', () =>
    expectLikeCpu((x) => tf.image.rotateWithOffset(x as tf.Tensor4D, 0.6, [1, 2, 3], [0.4, 0.6]), [image]));
  test('flipLeftRight', () => expectLikeCpu((x) => tf.image.flipLeftRight(x as tf.Tensor4D), [image]));
  test('dilation2d and its gradients', async () => {
    const dilate: Op = (x, filter) =>
      tf.dilation2d(x as tf.Tensor4D, filter as tf.Tensor3D, 1, 'same', [2, 1]);
    const inputs = [given([2, 5, 4, 2]), given([2, 3, 2], 1)];
    await expectLikeCpu(dilate, inputs);
    await expectGradientsLikeCpu(dilate, inputs);
  });
  test('localResponseNormalization and its gradient', async () => {
    const normalise: Op = (x) => tf.localResponseNormalization(x as tf.Tensor4D, 1, 1.5, 0.3, 0.6);
    await expectLikeCpu(normalise, [given([1, 2, 2, 5])]);
    await expectGradientsLikeCpu(normalise, [given([1, 2, 2, 5])]);
  });
});

describe('blocks', () => {
  const crops: [number, number][] = [
    [1, 0],
    [0, 2],
  ];
  const spread: Op = (x) => tf.spaceToBatchND(x!, [2, 3], crops);
  test('spaceToBatchND and back', async () => {
    await expectLikeCpu(spread, [image]);
    await expectLikeCpu((x) => tf.batchToSpaceND(spread(x!) as tf.Tensor, [2, 3], crops), [image]);
    await expectGradientsLikeCpu(spread, [image]);
  });
  test('depthToSpace', () =>
    expectLikeCpu((x) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC'), [given([2, 3, 2, 8])]));
});
