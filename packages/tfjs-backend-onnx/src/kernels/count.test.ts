import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { onnxEngine } from '../index.js';
import { expectGradientsLikeCpu, expectLikeCpu, type Given, type Op } from './against-cpu.test-model.js';

const numbers: Given = { data: [0, 2, 2, 5, 1, 9], dtype: 'int32' };
const rows: Given = { ...numbers, shape: [2, 3] };
const weights: Given = { data: [1, 2, 3, 4, 5, 6] };
const matrix: Given = { data: [1.5, -2, 0.5, 3, 2, -1, 0.25, 4, -3, 1, 2, 2.5], shape: [3, 4] };

describe('counts and places', () => {
  test('bincount', () =>
    expectLikeCpu((x, w) => tf.bincount(x as tf.Tensor1D, w as tf.Tensor1D, 6), [numbers, weights]));
  test.each([true, false])('denseBincount, binary: %s', (binary) =>
    expectLikeCpu(
      (x, w) => tf.denseBincount(x as tf.Tensor2D, w as tf.Tensor2D, 6, binary),
      [rows, { ...weights, shape: [2, 3] }],
    ),
  );
  test('sparseToDense', () =>
    expectLikeCpu(
      (values) => tf.sparseToDense(tf.tensor2d([0, 1, 2, 0, 1, 3], [3, 2], 'int32'), values!, [3, 4], -1),
      [{ data: [7, 8, 9] }],
    ));
  test.each(['left', 'right'] as const)('searchSorted, %s', (side) =>
    expectLikeCpu(
      (values) => tf.searchSorted(tf.tensor2d([0, 2, 2, 5, 1, 1, 3, 9], [2, 4]), values!, side),
      [{ data: [2, 6, -1, 1, 9, 10], shape: [2, 3] }],
    ),
  );
  test('diag', () => expectLikeCpu((x) => tf.diag(x!), [rows]));
  test('a segment of a negative number is left out', () =>
    expectLikeCpu(
      (x, ids) => tf.unsortedSegmentSum(x!, ids as tf.Tensor1D, 2),
      [matrix, { data: [1, -1, 1], dtype: 'int32' }],
    ));
});

describe('products', () => {
  const cumulative: readonly (readonly [string, Op])[] = [
    ['along rows', (x) => tf.cumprod(x!, 1)],
    ['along columns, exclusive', (x) => tf.cumprod(x!, 0, true)],
    ['backwards', (x) => tf.cumprod(x!, 1, false, true)],
    ['backwards, exclusive', (x) => tf.cumprod(x!, 1, true, true)],
  ];
  test.each(cumulative)('cumulative %s', (_, op) => expectLikeCpu(op, [matrix]));
  test('prod has a gradient, also where a factor is 0', async () => {
    await expectGradientsLikeCpu((x) => tf.prod(x!, 1), [matrix]);
    await expectGradientsLikeCpu((x) => tf.prod(x!), [{ data: [2, 0, 3] }]);
  });
});

describe('multinomial', () => {
  test('draws classes as often as their probabilities say, the same for the same seed', async () => {
    await onnxEngine();
    const logits = tf.tensor2d([Math.log(0.7), Math.log(0.2), Math.log(0.1)], [1, 3]);
    const draw = async () => Array.from(await tf.multinomial(logits as tf.Tensor2D, 4000, 11).data());
    const classes = await draw();
    const share = (number: number) => classes.filter((drawn) => drawn === number).length / 4000;
    expect(Math.abs(share(0) - 0.7)).toBeLessThan(0.03);
    expect(Math.abs(share(2) - 0.1)).toBeLessThan(0.02);
    expect(await draw()).toEqual(classes);
  });
  test('is refused inside a compiled function', async () => {
    const engine = await onnxEngine();
    const run = engine.compile((x: tf.Tensor) => tf.multinomial(x as tf.Tensor2D, 3, 1));
    await expect(run(tf.ones([1, 3]))).rejects.toMatchObject({ code: 'ONNX_RANDOM_IN_TRACE' });
  });
});

describe('sparse tensors, where what decides the shape is known', () => {
  const ids = () => tf.tensor1d([0, 0, 2], 'int32');
  test.each(['sparseSegmentSum', 'sparseSegmentMean'] as const)('%s', (name) =>
    expectLikeCpu(
      (x, at) => tf.sparse[name](x!, at as tf.Tensor1D, ids()),
      [matrix, { data: [2, 0, 1], dtype: 'int32' }],
    ),
  );
  test('sparseReshape', () =>
    expectLikeCpu(
      (places) =>
        Object.values(
          tf.sparse.sparseReshape(
            places as tf.Tensor2D,
            tf.tensor1d([2, 3, 6], 'int32'),
            tf.tensor1d([9, -1], 'int32'),
          ),
        ),
      [{ data: [0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 2, 3], shape: [5, 3], dtype: 'int32' }],
    ));
  test('is refused by name where it is not', async () => {
    const engine = await onnxEngine();
    const run = engine.compile(([x, at]: tf.Tensor[]) =>
      tf.sparse.sparseSegmentSum(x!, tf.tensor1d([0, 1, 2], 'int32'), at as tf.Tensor1D),
    );
    const failure = await run([tf.ones([3, 2]), ids()]).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'ONNX_UNSUPPORTED_KERNEL',
      received: expect.stringContaining('segmentIds'),
    });
  });
});
