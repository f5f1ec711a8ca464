import * as tf from '@tensorflow/tfjs';
import { describe, test } from 'vitest';
import { expectGradientsLikeCpu, expectLikeCpu, type Given } from './against-cpu.test-model.js';

const given = (shape: number[], dtype: Given['dtype'] = 'float32'): Given => ({
  data: Array.from({ length: tf.util.sizeFromShape(shape) }, (_, index) => {
    const number = Math.sin(index * 1.3 + shape.length) * 3;
    return dtype === 'int32' ? Math.round(number * 5_000) : number;
  }),
  shape,
  dtype,
});
const options = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;
const sides = (
  transposeA: boolean,
  transposeB: boolean,
  batch: number[] = [],
  dtype: Given['dtype'] = 'float32',
) =>
  [
    given([...batch, ...(transposeA ? [4, 3] : [3, 4])], dtype),
    given([...batch, ...(transposeB ? [5, 4] : [4, 5])], dtype),
  ] as const;

describe('matrix products give the numbers of the cpu backend', () => {
  test.each(options)('transposes %s, %s', async (a, b) => {
    const op = (x?: tf.Tensor, y?: tf.Tensor) => tf.matMul(x!, y!, a, b);
    await expectLikeCpu(op, sides(a, b));
    await expectLikeCpu(op, sides(a, b, [2, 3]));
    await expectLikeCpu(op, sides(a, b, [], 'int32'), 0);
    await expectGradientsLikeCpu(op, sides(a, b));
    await expectGradientsLikeCpu(op, sides(a, b, [2]));
  });

  test('a batch times one matrix', () =>
    expectLikeCpu((x, y) => tf.matMul(x!, y!), [given([2, 3, 4]), given([1, 4, 5])]));

  test('vectors', () =>
    expectLikeCpu(
      (x, y) => [tf.dot(x!, y!), tf.outerProduct(x as tf.Tensor1D, y as tf.Tensor1D)],
      [given([4]), given([4])],
    ));

  test.each(['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu'] as const)(
    'fused with %s',
    async (activation) =>
      expectLikeCpu(
        (a, b, bias, weights) =>
          tf.fused.matMul({
            a: a as tf.Tensor2D,
            b: b as tf.Tensor2D,
            bias: bias!,
            activation,
            preluActivationWeights: weights!,
            leakyreluAlpha: 0.2,
          }),
        [given([3, 4]), given([4, 5]), given([5]), given([1, 5])],
      ),
  );

  test.each(['ij,jk->ik', 'ij,kj->ki', 'ij,ij->', 'ij->ji'])('einsum %s', async (equation) => {
    const second = equation.startsWith('ij,jk') ? [4, 5] : equation.startsWith('ij,kj') ? [5, 4] : [3, 4];
    const inputs = equation.includes(',') ? [given([3, 4]), given(second)] : [given([3, 4])];
    await expectLikeCpu((...operands) => tf.einsum(equation, ...operands), inputs);
  });
});
