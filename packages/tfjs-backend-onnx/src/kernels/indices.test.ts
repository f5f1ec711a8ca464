import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, onnxEngine } from '../index.js';
import { expectLikeCpu } from './against-cpu.test-model.js';

let engine: Engine;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
});

const SHAPE = [3, 2];
type Indexed = (x: tf.Tensor, indices: tf.Tensor1D) => tf.Tensor;
const column = (indices: tf.Tensor) => indices.reshape([-1, 1]);
const rowsOf = (x: tf.Tensor, indices: tf.Tensor) => x.slice([0, 0], [indices.size, 2]);
const numbersOf = (x: tf.Tensor, indices: tf.Tensor) => x.flatten().slice([0], [indices.size]);
const pairs = (indices: tf.Tensor, second: boolean) => {
  const zeros = tf.zerosLike(indices);
  return tf.stack(second ? [zeros, indices] : [indices, zeros], 1);
};

/** An operation, and how long the axis is that the indices point into. */
const operations: Record<string, readonly [Indexed, number]> = {
  gather: [(x, i) => tf.gather(x, i), 3],
  'gather of columns': [(x, i) => tf.gather(x, i, 1), 2],
  'gather in a batch': [(x, i) => tf.gather(x, tf.tile(i.reshape([1, -1]), [3, 1]), 1, 1), 2],
  'the gradient of gather': [(x, i) => tf.grad((y) => tf.gather(y, i).sum())(x), 3],
  'the gradient of gather of columns': [(x, i) => tf.grad((y) => tf.gather(y, i, 1).sum())(x), 2],
  'the gradient of gather in a batch': [
    (x, i) => tf.grad((y) => tf.gather(y, tf.tile(i.reshape([1, -1]), [3, 1]), 1, 1).sum())(x),
    2,
  ],
  gatherND: [(x, i) => tf.gatherND(x, column(i)), 3],
  'gatherND of rows and columns': [(x, i) => tf.gatherND(x, pairs(i, false)), 3],
  'gatherND of a column that there is not': [(x, i) => tf.gatherND(x, pairs(i, true)), 2],
  scatterND: [(x, i) => tf.scatterND(column(i), rowsOf(x, i), SHAPE), 3],
  'scatterND of rows and columns': [(x, i) => tf.scatterND(pairs(i, false), numbersOf(x, i), SHAPE), 3],
  'scatterND to a column that there is not': [
    (x, i) => tf.scatterND(pairs(i, true), numbersOf(x, i), SHAPE),
    2,
  ],
  tensorScatterUpdate: [(x, i) => tf.tensorScatterUpdate(x, column(i), tf.zeros([i.size, 2])), 3],
  sparseToDense: [(x, i) => tf.sparseToDense(i, numbersOf(x, i), [3], 0), 3],
  sparseSegmentSum: [
    (x, i) => tf.sparse.sparseSegmentSum(x as tf.Tensor2D, i, tf.zeros([i.size], 'int32')),
    3,
  ],
  sparseSegmentMean: [
    (x, i) => tf.sparse.sparseSegmentMean(x as tf.Tensor2D, i, tf.zeros([i.size], 'int32')),
    3,
  ],
};
const x = () => tf.tensor([1, 2, 3, 4, 5, 6], SHAPE);
const list = (indices: number[]) => tf.tensor1d(indices, 'int32');
const outside = { name: 'EngineError', code: 'ONNX_INDEX' };

describe.each(Object.entries(operations))('%s', (_, [operation, length]) => {
  const wrong = [[-1], [0, -1], [-length], [-length - 1], [length], [100]];
  const run = (indices: number[]) =>
    engine.compile(([y, i]: tf.Tensor[]) => operation(y!, i as tf.Tensor1D))([x(), list(indices)]);

  test.each(wrong)('refuses the input %j', async (...indices) => {
    await expect(run(indices)).rejects.toMatchObject(outside);
  });
  test('refuses a constant when it is recorded, and names it', async () => {
    const constant = engine.compile((y: tf.Tensor) => operation(y, list([0, -1])));
    await expect(constant(x())).rejects.toMatchObject(outside);
  });
  test('takes the first and the last', () =>
    expectLikeCpu(
      (y, i) => operation(y!, i as tf.Tensor1D),
      [
        { data: [1, 2, 3, 4, 5, 6], shape: SHAPE },
        { data: [0, length - 1, 0].slice(0, 2), dtype: 'int32' },
      ],
    ));
});

test('a constant that is out of range is named', async () => {
  const run = engine.compile((y: tf.Tensor) => tf.gather(y, list([0, 7])));
  await expect(run(x())).rejects.toMatchObject({ where: 'GatherV2', received: '7 on an axis of length 3' });
});

test('counts refuse negative numbers and pass over those that are too large', async () => {
  const run = engine.compile((i: tf.Tensor) => tf.bincount(i as tf.Tensor1D, tf.tensor1d([]), 3));
  await expect(run(list([1, -1]))).rejects.toMatchObject(outside);
  await expectLikeCpu(
    (i) => tf.bincount(i as tf.Tensor1D, tf.tensor1d([]), 3),
    [{ data: [0, 2, 2, 9], dtype: 'int32' }],
  );
  const rows = engine.compile((i: tf.Tensor) =>
    tf.denseBincount(i as tf.Tensor2D, tf.tensor2d([], [0, 0]), 3),
  );
  await expect(rows(tf.tensor2d([1, 2, 0, -1], [2, 2], 'int32'))).rejects.toMatchObject(outside);
});

test('rows of segments that there are not count for nothing, and nor do their gradients', async () => {
  const rows = { data: [1, 2, 3, 4, 5, 6], shape: SHAPE };
  const sums = (y: tf.Tensor, i: tf.Tensor) => tf.unsortedSegmentSum(y, i as tf.Tensor1D, 3);
  await expectLikeCpu((y, i) => sums(y!, i!), [rows, { data: [-1, 1, 7], dtype: 'int32' }]);
  const gradient = (y: tf.Tensor, i: tf.Tensor) => tf.grad((z) => sums(z, i).square().sum())(y);
  await expectLikeCpu((y, i) => gradient(y!, i!), [rows, { data: [-1, 1, 2], dtype: 'int32' }]);
});

test('a failed call leaves a donated state that is used up, and the function as it was', async () => {
  const run = engine.compile(
    ({ state, i }: { state: tf.Tensor; i: tf.Tensor }) => ({
      state: tf.gather(state, i as tf.Tensor1D).add(1),
    }),
    { donate: ['state'] },
  );
  const state = x();
  await expect(run({ state, i: list([-1, 0, 1]) })).rejects.toMatchObject(outside);
  expect(state.isDisposed).toBe(true);
  const result = await run({ state: x(), i: list([2, 1, 0]) });
  expect(Array.from(await result.state.data())).toEqual([6, 7, 4, 5, 2, 3]);
});
