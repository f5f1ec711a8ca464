import * as tf from '@tensorflow/tfjs';
import type * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Device, type Engine, EngineError, exportOnnx, onnxEngine } from './index.js';
import { initialState, numbers, type TransformerShape, trainingStep } from './transformer.test-model.js';

/** How far losses may be from the CPU's: CUDA's products round to TF32, CoreML may compute in float16. */
const devices: readonly (readonly [Device, number])[] = [
  ['webgpu', 1e-4],
  ['cuda', 1e-2],
  ['tensorrt', 1e-2],
  ['coreml', 1e-2],
  ['directml', 1e-4],
];
const open = (device: Device): Promise<Engine | EngineError> =>
  onnxEngine({ device, threads: 1 }).catch((error: EngineError) => error);

describe.each(devices)('the device %s', (device, tolerance) => {
  const shape: TransformerShape = { batch: 2, tokens: 5, width: 24, heads: 2, layers: 1 };
  let engine: Engine | undefined;
  let cpu: Engine;
  beforeAll(async () => {
    cpu = await onnxEngine({ threads: 1 });
    const opened = await open(device);
    if (!(opened instanceof EngineError)) engine = opened;
  });

  test('computes, or says what it lacks', async () => {
    const opened = await open(device);
    if (opened instanceof EngineError) {
      expect(opened).toMatchObject({
        code: 'ONNX_DEVICE_UNAVAILABLE',
        where: `the device "${device}"`,
      });
      expect(opened.expected).toMatch(/GPU|Linux x64|macOS|Windows/);
      expect(opened.received).not.toBe('');
    } else
      expect(await (await opened.compile((x: tf.Tensor) => x.add(1))(tf.scalar(1))).data()).toEqual(
        Float32Array.of(2),
      );
  });

  // A software GPU compiles shaders for ten seconds.
  test('trains like the CPU', { timeout: 60_000 }, async ({ skip }) => {
    if (!engine) return skip();
    const [wanted, got] = [await train(cpu, shape), await train(engine, shape)];
    expect(wanted.losses.at(-1)!).toBeLessThan(wanted.losses[0]!);
    for (const [index, loss] of wanted.losses.entries()) {
      expect(Math.abs(got.losses[index]! / loss - 1)).toBeLessThan(tolerance);
    }
    // As a whole: where a gradient is nought but for rounding, as the key's bias has, AdamW magnifies the rounding.
    const length = (values: readonly number[]) => Math.hypot(...values);
    const apart = wanted.weights.map((weight, index) => weight - got.weights[index]!);
    expect(length(apart) / length(wanted.weights)).toBeLessThan(10 * tolerance);
    expect(got.tensors).toBe(wanted.tensors);
  });
});

async function train(engine: Engine, shape: TransformerShape) {
  const before = tf.memory().numTensors;
  const step = engine.compile(trainingStep(shape));
  const dims = [shape.batch, shape.tokens, shape.width];
  const count = shape.batch * shape.tokens * shape.width;
  const input = tf.tensor(numbers(count, 51), dims);
  const target = tf.tensor(numbers(count, 52), dims);
  let state = initialState(shape);
  const losses: number[] = [];
  for (let index = 0; index < 5; index++) {
    const result = await step({ state, input, target });
    tf.dispose(state);
    state = result.state;
    losses.push((await result.loss.data())[0]!);
    result.loss.dispose();
  }
  const weights: number[] = [];
  for (const weight of Object.values(state.weights)) weights.push(...(await weight.data()));
  tf.dispose([state, input, target]);
  return { losses, weights, tensors: tf.memory().numTensors - before };
}

const webgpu = await open('webgpu');

describe.skipIf(webgpu instanceof EngineError)('tensors on a GPU', () => {
  const engine = webgpu as Engine;
  const double = engine.compile?.((x: tf.Tensor) => ({ x: x.mul(2), sum: x.sum() }));
  const read = async (tensor: tf.Tensor) => Array.from(await tensor.data());
  const heldOf = (tensor: tf.Tensor) => {
    const { source } = (
      tf.backend() as unknown as { peek(t: tf.Tensor): { source: { held: { tensor: ort.Tensor } } } }
    ).peek(tensor);
    return source.held.tensor;
  };

  test('stay there from step to step; single numbers come to the CPU', async () => {
    let x: tf.Tensor = tf.tensor([1, 2, 3]);
    for (let step = 0; step < 4; step++) {
      const result = await double(x);
      x.dispose();
      x = result.x;
      expect(heldOf(x).location).toBe('gpu-buffer');
      expect(heldOf(result.sum).location).toBe('cpu');
      expect(await read(result.sum)).toEqual([6 * 2 ** step]);
    }
    expect(() => x.dataSync()).toThrow(/await tensor.data/);
    expect(await read(x)).toEqual([16, 32, 48]);
    expect(await read(x)).toEqual([16, 32, 48]);
  });

  test('are read by eager operations, an engine on the CPU and an export', async () => {
    const { x } = await double(tf.tensor([1, 2, 3]));
    const cpu = await onnxEngine({ threads: 1 });
    expect(await read(await cpu.compile((y: tf.Tensor) => y.add(1))(x))).toEqual([3, 5, 7]);
    expect(await read(await cpu.compile((y: tf.Tensor) => y.add(x))(tf.scalar(1)))).toEqual([3, 5, 7]);
    expect(await read(x.add(1))).toEqual([3, 5, 7]);
    const { inputs } = await exportOnnx((y: tf.Tensor) => y.add(x), tf.scalar(1), '/dev/null');
    expect(inputs).toEqual(['input']);
  });

  test('are freed with their tensors', async () => {
    const { x } = await double(tf.tensor([1, 2, 3]));
    const tensor = heldOf(x);
    x.dispose();
    expect(tensor.location).toBe('none');
  });

  test('outlive the engine that computed them', async () => {
    const own = await onnxEngine({ device: 'webgpu' });
    const { x } = await own.compile((y: tf.Tensor) => ({ x: y.mul(2) }))(tf.tensor([1, 2, 3]));
    await own.dispose();
    const plusOne = engine.compile((y: tf.Tensor) => ({ x: y.add(1) }));
    expect(await read((await plusOne(x)).x)).toEqual([3, 5, 7]);
    expect(await read(x)).toEqual([2, 4, 6]);
    x.dispose();
  });
});
