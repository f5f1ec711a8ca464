import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { loadOnnxRuntime } from './onnx-runtime.js';

afterEach(() => vi.doUnmock('./without-copies.js'));

test('a run that ends without copies has written what it was given', async () => {
  await loadOnnxRuntime();
  const { endWithoutCopies, endedWithoutCopies } = await import('./without-copies.js');
  const end = await endWithoutCopies();
  expect(end).toMatch(/not supported/);
  expect(endedWithoutCopies(new Error(end), end)).toBe(true);
  expect(endedWithoutCopies(new Error('out of memory'), end)).toBe(false);
  expect(endedWithoutCopies(new Error('anything'), undefined)).toBe(false);
});

describe.each(['as found', 'that copies'])('with a binding %s', (binding) => {
  test('results are the same, and a failure is a failure', async () => {
    vi.resetModules();
    if (binding === 'that copies') {
      vi.doMock('./without-copies.js', async (original) => ({
        ...(await original<typeof import('./without-copies.js')>()),
        endWithoutCopies: async () => undefined,
      }));
    }
    if (tf.findBackendFactory('onnx') != null) tf.removeBackend('onnx');
    const { onnxEngine } = await import('../index.js');
    const outputs = vi.spyOn(ort.InferenceSession, 'create');
    const engine = await onnxEngine({ threads: 1 });
    const run = engine.compile(({ x, indices }: { x: tf.Tensor; indices: tf.Tensor }) => ({
      x: x.mul(2),
      row: tf.gather(x, indices as tf.Tensor1D),
    }));
    let x: tf.Tensor = tf.ones([64, 64]);
    for (let step = 0; step < 5; step++) {
      const result = await run({ x, indices: tf.tensor([0], [1], 'int32') });
      expect((await result.row.data())[0]).toBe(2 ** step);
      tf.dispose([x, result.row]);
      x = result.x;
    }
    expect((await x.data()).every((number) => number === 32)).toBe(true);
    const session = await (outputs.mock.results.at(-1)!.value as Promise<ort.InferenceSession>);
    expect(session.outputNames.includes('stop')).toBe(binding === 'as found');
    const outside = run({ x, indices: tf.tensor([64], [1], 'int32') });
    await expect(outside).rejects.toMatchObject({ code: 'ONNX_INDEX' });
    await engine.dispose();
  });
});
