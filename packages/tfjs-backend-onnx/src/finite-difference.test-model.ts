import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { Engine } from './engine.js';

/**
 * Checks the gradients of a function of tensors, weighted into one number, against central differences.
 * `step` and `tolerance` suit float32: an error of about 1e-7 / step in each difference.
 */
export async function expectTrueGradients(
  engine: Engine,
  op: (...inputs: tf.Tensor[]) => tf.Tensor,
  given: readonly { readonly data: readonly number[]; readonly shape: number[] }[],
  step = 1e-2,
  tolerance = 2e-3,
): Promise<void> {
  const weighted = (...inputs: tf.Tensor[]) => {
    const output = op(...inputs);
    const weights = Array.from({ length: output.size }, (_, index) => Math.cos(index * 1.7));
    return output.mul(tf.tensor(weights, output.shape)).sum();
  };
  const value = engine.compile((inputs: tf.Tensor[]) => weighted(...inputs));
  const gradients = engine.compile((inputs: tf.Tensor[]) => tf.grads(weighted)(inputs));
  const make = (moved?: readonly [input: number, index: number, by: number]) =>
    given.map(({ data, shape }, input) =>
      tf.tensor(
        data.map((x, index) => (moved?.[0] === input && moved[1] === index ? x + moved[2] : x)),
        shape,
      ),
    );
  const at = async (moved: readonly [number, number, number]) =>
    (await (await value(make(moved))).data())[0]!;
  const found = await gradients(make());
  for (const [input, { data }] of given.entries()) {
    const gradient = await found[input]!.data();
    for (const index of data.keys()) {
      const slope = ((await at([input, index, step])) - (await at([input, index, -step]))) / (2 * step);
      const error = Math.abs(gradient[index]! - slope) / (1 + Math.abs(slope));
      expect(
        error,
        `input ${input}, element ${index}: slope ${slope}, gradient ${gradient[index]}`,
      ).toBeLessThan(tolerance);
    }
  }
}
