import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { hiding, runChild } from './child.test-model.js';

const WITHOUT_BINARY = [hiding('onnxruntime-node')];

test('without a binary of ONNX Runtime everything imports, and the other engines compute', async () => {
  const { output, errors, status } = await runChild(
    `
    const { cpuEngine, wasmEngine, layerNorm, EngineError } = await import(engine);
    const tf = await import('@tensorflow/tfjs');
    for (const open of [cpuEngine, wasmEngine]) {
      const made = await open();
      const run = made.compile((x) => layerNorm(x, tf.ones([2]), tf.zeros([2]), 1e-6).add(x));
      console.log(made.name, Array.from(await (await run(tf.tensor([[1, 3]]))).data(), Math.round).join());
    }`,
    WITHOUT_BINARY,
  );
  expect(errors.replace(/^.*(====|Hi, looks like).*$/gm, '')).not.toMatch(/Error/);
  expect(output.trim().split('\n')).toEqual(['cpu 0,4', 'wasm 0,4']);
  expect(status).toBe(0);
});

test.each([
  ['onnxEngine', 'onnxEngine()'],
  ['exportOnnx', `exportOnnx((x) => x, (await import('@tensorflow/tfjs')).scalar(1), '/dev/null')`],
])('without a binary %s says what to do', async (_, call) => {
  const { output } = await runChild(
    `
    const { onnxEngine, exportOnnx, EngineError } = await import(engine);
    try { await ${call}; } catch (error) {
      console.log(JSON.stringify([error instanceof EngineError, error.code, error.message, error.cause?.message]));
    }`,
    WITHOUT_BINARY,
  );
  const [ours, code, message, cause] = JSON.parse(output.trim().split('\n').at(-1)!);
  expect([ours, code, cause]).toEqual([
    true,
    'ENGINE_UNAVAILABLE',
    'Cannot find the binary of onnxruntime-node',
  ]);
  const version = manifest.optionalDependencies['onnxruntime-node'];
  expect(message).toMatch(/engine "onnx".*wasmEngine\(\)/);
  expect(message).toContain(`"npm install --ignore-scripts onnxruntime-node@${version}"`);
});

test('importing loads no native code; making an engine does', async () => {
  const { output } = await runChild(`
    import { createRequire } from 'node:module';
    const { cache } = createRequire(import.meta.url ?? engine);
    const loaded = () => Object.keys(cache).filter((path) => path.endsWith('.node') && path.includes('onnxruntime')).length;
    const { onnxEngine } = await import(engine);
    const before = loaded();
    const made = await onnxEngine({ threads: 1 });
    console.log(before, loaded(), made.name);
    await made.dispose();`);
  expect(output.trim()).toBe('0 1 onnx');
});
