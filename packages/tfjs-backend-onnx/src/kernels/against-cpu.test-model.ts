import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { cpuEngine, type Engine, onnxEngine } from '../index.js';

/** A tensor of a test: numbers, shape (one-dimensional when left out), type (float32 when left out). */
export interface Given {
  readonly data: readonly number[];
  readonly shape?: number[];
  readonly dtype?: 'float32' | 'int32' | 'bool';
}
export type Op = (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

interface Result {
  readonly shape: number[];
  readonly dtype: string;
  readonly data: number[];
}

const make = ({ data, shape, dtype }: Given): tf.Tensor =>
  tf.tensor([...data], shape ?? [data.length], dtype ?? 'float32');

async function runOn(engine: Engine, op: Op, given: readonly Given[]): Promise<Result[]> {
  const inputs = given.map(make);
  const run = engine.compile((tensors: tf.Tensor[]) => {
    const result = op(...tensors);
    return Array.isArray(result) ? result : [result];
  });
  const outputs = await run(inputs);
  const results: Result[] = [];
  for (const output of outputs) {
    results.push({ shape: output.shape, dtype: output.dtype, data: Array.from(await output.data()) });
  }
  tf.dispose([inputs, outputs]);
  return results;
}

/** Checks shape, type and numbers of an op on the traced engine against TensorFlow.js's cpu backend. */
export async function expectLikeCpu(
  op: Op,
  given: readonly Given[],
  tolerance = 2e-6,
  threads = 1,
): Promise<void> {
  const expected = await runOn(await cpuEngine(), op, given);
  const found = await runOn(await onnxEngine({ threads }), op, given);
  expect(found.map(({ shape, dtype }) => [shape, dtype])).toEqual(
    expected.map(({ shape, dtype }) => [shape, dtype]),
  );
  for (const [output, { data }] of expected.entries()) {
    for (const [index, number] of data.entries()) {
      const got = found[output]!.data[index]!;
      const close =
        Object.is(got, number) ||
        got === number ||
        Math.abs(got - number) <= tolerance * (1 + Math.abs(number));
      expect(close, `output ${output}, element ${index}: expected ${number}, got ${got}`).toBe(true);
    }
  }
}

/** Checks the gradient of every input, through a weighting of the outputs that tells them apart. */
export async function expectGradientsLikeCpu(
  op: Op,
  given: readonly Given[],
  tolerance = 1e-5,
): Promise<void> {
  const gradients: Op = (...inputs) => {
    const loss = (...tensors: tf.Tensor[]) => {
      const result = op(...tensors);
      const outputs = Array.isArray(result) ? result : [result];
      return tf.addN(
        outputs.map((output, position) => {
          const weights = Array.from({ length: output.size }, (_, index) => Math.cos(index * 1.7 + position));
          return output.mul(tf.tensor(weights, output.shape)).sum();
        }),
      );
    };
    return tf.grads(loss)(inputs);
  };
  await expectLikeCpu(gradients, given, tolerance);
}
