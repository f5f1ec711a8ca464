import * as tf from '@tensorflow/tfjs';
import { TgmError } from '@tgm/options';
import { describe, expect, test } from 'vitest';
import { attention, cpuEngine, EngineError, exportOnnx, layerNorm, linear, onnxEngine } from './index.js';

const failure = async (body: () => unknown): Promise<unknown> => {
  try {
    await body();
  } catch (error) {
    return error;
  }
  return undefined;
};
const invalid = (where: string, received: string) => ({
  name: 'EngineError',
  code: 'OPTION_INVALID',
  where,
  received,
});

describe('onnxEngine', () => {
  test.each([
    [{ device: 'gpu' }, 'device', '"gpu"'],
    [{ device: 'CPU' }, 'device', '"CPU"'],
    [{ threads: 0 }, 'threads', '0'],
    [{ threads: 1.5 }, 'threads', '1.5'],
    [{ threads: '2' }, 'threads', '"2"'],
    [{ profile: '' }, 'profile', '""'],
    [{ graphs: 0 }, 'graphs', '0'],
    [{ graphs: Number.POSITIVE_INFINITY }, 'graphs', 'Infinity'],
    [{ thread: 2 }, 'thread', 'an unknown name'],
  ])('refuses %j', async (options, name, received) => {
    const error = await failure(() => onnxEngine(options as never));
    expect(error).toMatchObject(invalid(`onnxEngine, option ${name}`, received));
    expect(error).toBeInstanceOf(TgmError);
  });
});

describe.each([
  ['onnx', () => onnxEngine({ threads: 1 })],
  ['cpu', cpuEngine],
] as const)('compile on %s', (_, open) => {
  test('refuses what is no function and options that it does not know', async () => {
    const engine = await open();
    const identity = (x: tf.Tensor) => x;
    expect(await failure(() => engine.compile(3 as never))).toMatchObject(invalid('compile, option fn', '3'));
    const options = { donated: ['state'] } as never;
    expect(await failure(() => engine.compile(identity, options))).toMatchObject(
      invalid('compile, option donated', 'an unknown name'),
    );
    const text = { donate: 'state' } as never;
    expect(await failure(() => engine.compile(identity, text))).toMatchObject(
      invalid('compile, option donate', '"state"'),
    );
  });

  test('refuses to be given a field that the inputs do not have', async () => {
    const engine = await open();
    const step = engine.compile(({ state }: { state: tf.Tensor }) => state.add(1), {
      donate: ['stat'] as never,
    });
    const state = tf.tensor([1]);
    const error = await failure(() => step({ state }));
    expect(error).toMatchObject(invalid('compile, option donate', '"stat"'));
    expect((error as EngineError).expected).toBe('fields of the inputs (state)');
    expect(state.isDisposed).toBe(false);
  });
});

test('exportOnnx refuses what is no function and no path', async () => {
  const error = await failure(() => exportOnnx(1 as never, tf.scalar(1), ''));
  expect(error).toBeInstanceOf(EngineError);
  expect(error).toMatchObject({ code: 'OPTION_INVALID', where: 'exportOnnx' });
  expect((error as EngineError).expected).toMatch(/fn: .*path: /);
});

describe('numbers of the fused operations', () => {
  const rows = () => tf.ones([2, 3]);
  test.each([0, -1, Number.NaN, '1e-6'])('layerNorm refuses the epsilon %j', async (epsilon) => {
    const error = await failure(() => layerNorm(rows(), tf.ones([3]), tf.zeros([3]), epsilon as number));
    expect(error).toMatchObject({ code: 'OPTION_INVALID', where: 'layerNorm, option epsilon' });
  });
  test('layerNorm, linear and attention name shapes that do not fit', async () => {
    const shape = { code: 'ONNX_SHAPE' };
    expect(await failure(() => layerNorm(rows(), tf.ones([2]), tf.zeros([3]), 1e-6))).toMatchObject(shape);
    expect(await failure(() => linear(rows(), tf.ones([4, 2])))).toMatchObject(shape);
    expect(await failure(() => linear(rows(), tf.ones([4, 3]), tf.ones([3])))).toMatchObject(shape);
    const q = tf.ones([1, 1, 2, 4]);
    expect(await failure(() => attention(q, tf.ones([1, 1, 2, 3]), q, 1))).toMatchObject(shape);
    expect(await failure(() => attention(q, q, tf.ones([1, 1, 3, 4]), 1))).toMatchObject(shape);
    expect(await failure(() => attention(q, q, q, Number.NaN))).toMatchObject({ code: 'OPTION_INVALID' });
  });
});
