import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { expectTrueGradients } from '../finite-difference.test-model.js';
import { attention, gelu, layerNorm, linear, onnxEngine, quickGelu } from '../index.js';
import { expectGradientsLikeCpu, expectLikeCpu, type Given } from '../kernels/against-cpu.test-model.js';

const given = (shape: number[], phase = 0): Given & { shape: number[] } => ({
  data: Array.from(
    { length: tf.util.sizeFromShape(shape) },
    (_, index) => Math.sin(index * 1.3 + phase) * 1.5,
  ),
  shape,
});
const causal = tf.util.sizeFromShape([3, 3]);
const mask = () =>
  tf.tensor(
    Array.from({ length: causal }, (_, index) => (index % 3 > Math.floor(index / 3) ? -1e9 : 0)),
    [3, 3],
  );

type Case = readonly [
  string,
  (...inputs: tf.Tensor[]) => tf.Tensor,
  readonly (Given & { shape: number[] })[],
];
const heads = [given([2, 2, 3, 4]), given([2, 2, 3, 4], 1), given([2, 2, 3, 4], 2)];
const cases: readonly Case[] = [
  [
    'layerNorm',
    (x, scale, bias) => layerNorm(x!, scale!, bias!, 1e-5),
    [given([2, 3, 4]), given([4], 1), given([4], 2)],
  ],
  ['gelu', (x) => gelu(x!), [given([2, 5])]],
  ['quickGelu', (x) => quickGelu(x!), [given([2, 5])]],
  [
    'linear',
    (x, weight, bias) => linear(x!, weight!, bias!),
    [given([2, 3, 4]), given([5, 4], 1), given([5], 2)],
  ],
  ['linear without bias', (x, weight) => linear(x!, weight!), [given([3, 4]), given([5, 4], 1)]],
  ['linear of fewer outputs', (x, weight) => linear(x!, weight!), [given([3, 4]), given([2, 4], 1)]],
  ['square linear', (x, weight) => linear(x!, weight!), [given([3, 4]), given([4, 4], 1)]],
  ['attention', (q, k, v) => attention(q!, k!, v!, 0.5), heads],
  ['causal attention', (q, k, v) => attention(q!, k!, v!, 0.5, mask()), heads],
  [
    'cross attention',
    (q, k, v) => attention(q!, k!, v!, 0.5),
    [heads[0]!, given([2, 2, 5, 4], 1), given([2, 2, 5, 4], 2)],
  ],
];

describe('fused ops', () => {
  test('attention with weights too many to keep gives the same, with the same gradients', async () => {
    const engine = await onnxEngine({ threads: 1 });
    const tensor = (rows: number, phase: number) => {
      const { data, shape } = given([2, 2, rows, 4], phase);
      return tf.tensor(data, shape);
    };
    const inputs = [tensor(1500, 0), tensor(1600, 1), tensor(1600, 2)]; // 38 MB of weights
    const run = (mask?: tf.Tensor) =>
      engine.compile((operands: tf.Tensor[]) => {
        const op = (...[q, k, v]: tf.Tensor[]) => attention(q!, k!, v!, 0.5, mask);
        const loss = (...tensors: tf.Tensor[]) =>
          op(...tensors)
            .square()
            .sum() as tf.Scalar;
        return [op(...operands), ...tf.grads(loss)(operands)];
      })(inputs);
    // With a mask the weights of all heads are kept.
    const [found, expected] = [await run(), await run(tf.zeros([1, 1, 1, 1]))];
    for (const [index, each] of found.entries()) {
      const wanted = await expected[index]!.data();
      const scale = Math.max(...wanted.map(Math.abs));
      const errors = (await each.data()).map((number, position) => Math.abs(number - wanted[position]!));
      expect([index, each.shape]).toEqual([index, inputs[Math.max(0, index - 1)]!.shape]);
      // Each is within 2e-6 of what double precision gives.
      expect(Math.max(...errors) / scale).toBeLessThan(4e-6);
    }
  });

  test.each(cases)('%s gives what its composition gives', async (_, op, inputs) => expectLikeCpu(op, inputs));
  test.each(cases)('%s has the gradients of its composition', async (_, op, inputs) =>
    expectGradientsLikeCpu(op, inputs),
  );
  test.each(cases)('%s has gradients that are slopes', async (_, op, inputs) =>
    expectTrueGradients(await onnxEngine({ threads: 1 }), op, inputs),
  );
});
