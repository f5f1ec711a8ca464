import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
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
  [
    'gather per example along a later axis',
    (x) => tf.gather(x!, tf.tensor2d([2, 0, 1, 1, 2, 2], [2, 3], 'int32'), 2, 1),
    [[2, 2, 3, 2]],
  ],
  [
    'einsum, a product',
    (x, y) => tf.einsum('ij,jk->ki', x!, y!),
    [
      [2, 3],
      [3, 2],
    ],
  ],
  [
    'einsum, batched, with a sum',
    (x, y) => tf.einsum('bij,bkj->bk', x!, y!),
    [
      [2, 2, 3],
      [2, 4, 3],
    ],
  ],
  ['einsum, an axis that is summed alone', (x, y) => tf.einsum('ij,k->k', x!, y!), [[2, 3], [4]]],
  ['einsum of one tensor', (x) => tf.einsum('ijk->ki', x!), [[2, 3, 2]]],
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

test('a tie of maximum and minimum goes to the first input', async () => {
  await onnxEngine({ threads: 1 });
  for (const extreme of [tf.maximum, tf.minimum]) {
    const inputs = [tf.tensor([1, 2]), tf.tensor([1, 2])];
    const [a, b] = tf.grads((x: tf.Tensor, y: tf.Tensor) => extreme(x, y).sum())(inputs);
    expect([Array.from(await a!.data()), Array.from(await b!.data())]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  }
});

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
