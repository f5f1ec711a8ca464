import * as tf from '@tensorflow/tfjs';
import { describe, test } from 'vitest';
import { expectTrueGradients } from './finite-difference.test-model.js';
import { onnxEngine } from './index.js';

const given = (shape: number[], phase = 0) => ({
  data: Array.from(
    { length: tf.util.sizeFromShape(shape) },
    (_, index) => Math.sin(index * 1.3 + phase) * 1.5,
  ),
  shape,
});
const indices = () =>
  tf.tensor2d(
    [
      [1, 1],
      [0, 2],
    ],
    [2, 2],
    'int32',
  );

type Case = readonly [string, (...inputs: tf.Tensor[]) => tf.Tensor, readonly number[][]];
const cases: readonly Case[] = [
  ['tile', (x) => tf.tile(x!, [2, 1, 3]), [[2, 3, 2]]],
  ['tile of length 1', (x) => tf.tile(x!, [2, 3]), [[1, 4]]],
  ['gather', (x) => tf.gather(x!, indices()), [[3, 2]]],
  ['gather along a later axis', (x) => tf.gather(x!, tf.tensor1d([2, 0, 2], 'int32'), 2), [[2, 2, 3]]],
  ['gather per example', (x) => tf.gather(x!, indices(), 1, 1), [[2, 3, 2]]],
  ['maximum, broadcast', (x, y) => tf.maximum(x!, y!), [[2, 3], [3]]],
  [
    'minimum, by column',
    (x, y) => tf.minimum(x!, y!),
    [
      [2, 3],
      [2, 1],
    ],
  ],
  ['squaredDifference, broadcast', (x, y) => tf.squaredDifference(x!, y!), [[3], [2, 3]]],
  ['cumsum', (x) => tf.cumsum(x!, 1), [[2, 3, 2]]],
  ['cumsum, exclusive and reverse', (x) => tf.cumsum(x!, 0, true, true), [[3, 2]]],
];

// The replaced gradients are registered for every backend, so the cpu backend is no witness for them.
describe('replaced gradients are slopes', () => {
  test.each(cases)('%s', async (_, op, shapes) =>
    expectTrueGradients(
      await onnxEngine({ threads: 1 }),
      op,
      shapes.map((shape, index) => given(shape, index)),
    ),
  );
});
