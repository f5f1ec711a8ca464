import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { cpuEngine, type Engine, onnxEngine } from './index.js';
import { initialState, numbers, type TransformerShape, trainingStep } from './transformer.test-model.js';

const shape: TransformerShape = { batch: 2, tokens: 5, width: 8, heads: 2, layers: 2 };

async function losses(engine: Engine): Promise<{ losses: number[]; traces: number }> {
  let traces = 0;
  const body = trainingStep(shape);
  const step = engine.compile((inputs: Parameters<typeof body>[0]) => {
    traces++;
    return body(inputs);
  });
  let state = initialState(shape);
  const count = shape.batch * shape.tokens * shape.width;
  const dims = [shape.batch, shape.tokens, shape.width];
  const input = tf.tensor(numbers(count, 51), dims);
  const target = tf.tensor(numbers(count, 52), dims);
  const found: number[] = [];
  for (let index = 0; index < 5; index++) {
    const result = await step({ state, input, target });
    tf.dispose(state);
    state = result.state;
    found.push((await result.loss.data())[0]!);
    result.loss.dispose();
  }
  tf.dispose([state, input, target]);
  return { losses: found, traces };
}

test('a transformer trains alike on the traced engine and on the cpu backend', async () => {
  const cpu = await losses(await cpuEngine());
  const before = tf.memory().numTensors;
  const onnx = await losses(await onnxEngine({ threads: 1 }));
  expect(onnx.traces).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
  expect(cpu.losses.at(-1)!).toBeLessThan(cpu.losses[0]!);
  for (const [index, loss] of cpu.losses.entries()) {
    expect(Math.abs(onnx.losses[index]! / loss - 1)).toBeLessThan(1e-4);
  }
}, 60_000);
