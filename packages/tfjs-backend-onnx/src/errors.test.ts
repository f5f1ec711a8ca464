import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, type EngineError, onnxEngine } from './index.js';

let engine: Engine;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
});
const read = async (tensor: tf.Tensor) => Array.from(await tensor.data());

describe('outside of compiled functions', () => {
  test('operations are recorded and computed when read', async () => {
    const x = tf.tensor([1, 2, 3]);
    const y = tf.tidy(() => x.square().sum().mul(x));
    x.dispose();
    expect(await read(y)).toEqual([14, 28, 42]);
    expect(await read(y.add(1))).toEqual([15, 29, 43]);
  });

  test('gradients work', async () => {
    const [gradient] = tf.grads((x: tf.Tensor) => x.square().sum())([tf.tensor([1, -2])]);
    expect(await read(gradient!)).toEqual([2, -4]);
  });

  test('dataSync of a recorded value says what to do', () => {
    const failure = catching(() => tf.tensor([1, 2]).add(1).dataSync());
    expect(failure).toMatchObject({ name: 'EngineError', code: 'ONNX_READ', where: 'dataSync()' });
    expect((failure as EngineError).message).toContain('await tensor.data()');
  });

  test('variables can be assigned', async () => {
    const variable = tf.variable(tf.tensor([1, 2]));
    variable.assign(variable.add(1));
    expect(await read(variable)).toEqual([2, 3]);
    variable.dispose();
  });
});

describe('errors', () => {
  const failure = async (fn: (x: tf.Tensor) => unknown): Promise<unknown> =>
    engine
      .compile(fn as (x: tf.Tensor) => tf.Tensor)(tf.tensor([1, 2]))
      .then(
        () => undefined,
        (error: unknown) => error,
      );

  test('reading a value while tracing', async () => {
    const error = await failure((x) => x.mul(x.sum().dataSync()[0]!));
    expect(error).toMatchObject({ code: 'ONNX_READ', where: 'a compiled function' });
  });

  test.each([
    ['randomNormal', (x: tf.Tensor) => x.add(tf.randomNormal([2]))],
    ['randomUniform', (x: tf.Tensor) => x.add(tf.randomUniform([2]))],
    ['truncatedNormal', (x: tf.Tensor) => x.add(tf.truncatedNormal([2]))],
    ['dropout', (x: tf.Tensor) => tf.dropout(x, 0.5)],
  ])('%s while tracing', async (op, fn) => {
    const error = await failure(fn);
    expect(error).toMatchObject({ code: 'ONNX_RANDOM_IN_TRACE' });
    expect((error as EngineError).received).toMatch(op === 'dropout' ? /dropout|randomUniform/ : op);
  });

  test('a function that returns no tensors', async () => {
    const code = 'ONNX_TENSOR_TREE';
    expect(await failure(() => 3)).toMatchObject({ code, where: 'outputs' });
    const nested = await failure((x) => ({ a: [x, 'text'] }));
    expect(nested).toMatchObject({ code, where: 'outputs.a[1]', received: '"text"' });
    expect(await failure(async (x) => x)).toMatchObject({ code, received: 'a promise' });
  });

  test('an input that is disposed or no tensor', async () => {
    const run = engine.compile((inputs: tf.Tensor[]) => inputs[0]!);
    const gone = tf.tensor([1]);
    gone.dispose();
    await expect(run([gone])).rejects.toMatchObject({
      code: 'ONNX_TENSOR_TREE',
      received: 'a disposed tensor',
    });
    await expect(run([[null] as never])).rejects.toMatchObject({ where: 'inputs[0][0]', received: 'null' });
  });

  test('types that ONNX Runtime is not given', () => {
    expect(catching(() => tf.tensor(['text']))).toMatchObject({
      code: 'ONNX_UNSUPPORTED_TYPE',
      received: 'string',
    });
  });

  test('an error of the traced function comes through and leaves no tensors', async () => {
    const before = tf.memory().numTensors;
    const x = tf.tensor([1, 2]);
    const run = engine.compile((y: tf.Tensor): tf.Tensor => {
      y.add(1);
      throw new RangeError('mine');
    });
    await expect(run(x)).rejects.toThrow('mine');
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('a disposed engine', async () => {
    const other = await onnxEngine();
    const run = other.compile((x: tf.Tensor) => x.add(1));
    await run(tf.tensor([1]));
    await other.dispose();
    await expect(run(tf.tensor([1]))).rejects.toMatchObject({ code: 'ENGINE_DISPOSED' });
  });
});

function catching(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}
