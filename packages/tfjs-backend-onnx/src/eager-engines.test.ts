import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { cpuEngine, EngineError, tensorflowEngine, wasmEngine } from './index.js';

const read = async (tensor: tf.Tensor) => Array.from(await tensor.data());
afterEach(() => {
  vi.doUnmock('@tensorflow/tfjs-node-gpu');
  vi.doUnmock('@tensorflow/tfjs-node');
  vi.doUnmock('@tensorflow/tfjs-backend-wasm');
});

describe('wasmEngine', () => {
  // Each takes a kernel that WebAssembly lacks: UnsortedSegmentSum, Einsum, Conv2DBackpropFilter.
  const rows = (indices: tf.Tensor, x: tf.Tensor) => tf.gather(x, indices).square().sum() as tf.Scalar;
  const cases: readonly [string, (x: tf.Tensor) => tf.Tensor][] = [
    ['the gradient of gather', (x) => tf.grad((y) => rows(tf.tensor([1, 0, 1], [3], 'int32'), y))(x)],
    ['einsum', (x) => tf.einsum('ij,kj->ik', x, x.add(1))],
    [
      'the gradient of a convolution',
      (x) =>
        tf.grad((filter) =>
          tf
            .conv2d(
              tf.range(0, 16).reshape<tf.Tensor4D>([1, 4, 4, 1]),
              filter.reshape([2, 2, 1, 1]),
              1,
              'valid',
            )
            .square()
            .sum(),
        )(x),
    ],
  ];
  test.each(cases)('%s is that of the cpu backend, and leaves nothing behind', async (_, fn) => {
    const numbers = async (engine: Awaited<ReturnType<typeof cpuEngine>>) => {
      const x = tf.tensor([1, -2, 3, 0.5], [2, 2]);
      const result = await engine.compile(fn)(x);
      const found = await read(result);
      tf.dispose([x, result]);
      return {
        found,
        shape: result.shape,
        tensors: tf.memory().numTensors,
        buffers: tf.memory().numDataBuffers,
      };
    };
    const wanted = await numbers(await cpuEngine());
    const got = await numbers(await wasmEngine());
    expect(tf.getBackend()).toBe('wasm');
    expect(got).toEqual({ ...wanted, found: wanted.found.map((value) => expect.closeTo(value, 4)) });
  });

  test('says what to install where the package is missing', async () => {
    vi.doMock('@tensorflow/tfjs-backend-wasm', () => {
      throw new Error('Cannot find it');
    });
    const error = await wasmEngine().catch((each: unknown) => each);
    expect(error).toBeInstanceOf(EngineError);
    expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE', where: 'the engine "wasm"' });
    expect((error as Error).message).toContain('npm install @tensorflow/tfjs-backend-wasm');
  });
});

describe('tensorflowEngine', () => {
  const missing = () => {
    throw new Error('Cannot find it');
  };

  test('names both packages, Node and CUDA where neither loads', async () => {
    vi.doMock('@tensorflow/tfjs-node-gpu', missing);
    vi.doMock('@tensorflow/tfjs-node', missing);
    const error = (await tensorflowEngine().catch((each: unknown) => each)) as EngineError;
    expect(error).toBeInstanceOf(EngineError);
    expect(error.expected).toBe('@tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node');
    expect((error.cause as AggregateError).errors).toHaveLength(2);
    for (const word of ['tfjs-node-gpu:', 'tfjs-node:', 'CUDA 11.2', 'Node 22'])
      expect(error.message).toContain(word);
  });

  test('takes the second package where the first does not load', async () => {
    vi.doMock('@tensorflow/tfjs-node-gpu', missing);
    // A stand-in that registers a backend of that name, as the package does on import.
    vi.doMock('@tensorflow/tfjs-node', () => {
      tf.copyRegisteredKernels('cpu', 'tensorflow');
      tf.registerBackend('tensorflow', () => tf.findBackendFactory('cpu')() as tf.KernelBackend);
      return { default: {} };
    });
    const engine = await tensorflowEngine();
    expect([engine.name, tf.getBackend()]).toEqual(['tensorflow', 'tensorflow']);
    expect(await read(await engine.compile((x: tf.Tensor) => x.square())(tf.tensor([2, 3])))).toEqual([4, 9]);
  });
});
