import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attention, exportOnnx, gelu, onnxEngine, quickGelu } from '../index.js';
import {
  forward,
  initialState,
  numbers,
  type TransformerShape,
  trainingStep,
} from '../transformer.test-model.js';

const shape: TransformerShape = { batch: 2, tokens: 5, width: 24, heads: 2, layers: 2 };
const dims = [shape.batch, shape.tokens, shape.width];
const count = shape.batch * shape.tokens * shape.width;

let folder: string;
let file: string;
beforeAll(async () => {
  await onnxEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'onnx-export-'));
  file = join(folder, 'model.onnx');
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the file in a session of its own, with ONNX Runtime's own settings. */
async function run(feeds: Record<string, tf.Tensor>): Promise<Record<string, Float32Array>> {
  const session = await ort.InferenceSession.create(file);
  const tensors: Record<string, ort.Tensor> = {};
  for (const [name, tensor] of Object.entries(feeds)) {
    tensors[name] = new ort.Tensor(
      tensor.dtype as 'float32',
      (await tensor.data()) as Float32Array,
      tensor.shape,
    );
  }
  const results = await session.run(tensors);
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]),
  );
}

function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(got.length).toBe(wanted.length);
  for (let index = 0; index < wanted.length; index++) {
    expect(Math.abs(got[index]! - wanted[index]!)).toBeLessThan(1e-5 * (1 + Math.abs(wanted[index]!)));
  }
}

const checks = (() => {
  try {
    execFileSync('python3', ['-c', 'import onnx'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe('exportOnnx', () => {
  test('a forward pass with its weights inside', async () => {
    const { weights } = initialState(shape);
    const pass = (input: tf.Tensor) => forward(weights, input, shape);
    const input = tf.tensor(numbers(count, 51), dims);
    const made = await exportOnnx(pass, input, file);
    expect(made).toMatchObject({ inputs: ['input'], outputs: ['output'], opset: 20, domains: [] });
    // The weights above 1024 elements, which compiling feeds by reference, are there too.
    const total = Object.values(weights).reduce((sum, weight) => sum + weight.size, 0);
    expect(made.bytes).toBeGreaterThan(4 * total);
    expect(made.bytes).toBeLessThan(4 * total + 40_000);
    expectClose((await run({ input })).output!, await pass(input).data());
  });

  test('attention over many tokens, in standard operators', async () => {
    const operand = (rows: number, seed: number) => tf.tensor(numbers(4 * rows * 4, seed), [2, 2, rows, 4]);
    const inputs = [operand(1500, 1), operand(1600, 2), operand(1600, 3)];
    const mix = ([q, k, v]: tf.Tensor[]) => attention(q!, k!, v!, 0.5);
    const made = await exportOnnx(mix, inputs, file);
    expect(made.domains).toEqual([]);
    const [q, k, v] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
    const wanted = await tf.matMul(tf.softmax(tf.matMul(q, k, false, true).mul(0.5)), v).data();
    expectClose((await run(Object.fromEntries(inputs.map((input, at) => [`${at}`, input])))).output!, wanted);
    expectClose(await mix(inputs).data(), wanted);
  });

  test('a training step, with the names of its structure', async () => {
    const step = trainingStep(shape);
    const inputs = {
      state: initialState(shape),
      input: tf.tensor(numbers(count, 51), dims),
      target: tf.tensor(numbers(count, 52), dims),
    };
    const made = await exportOnnx(step, inputs, file);
    expect(made.inputs).toContain('state.weights.0.qkv.weight');
    expect(made.inputs).toContain('target');
    expect(made.outputs).toContain('state.weights.0.qkv.weight.next');
    expect(made.outputs).toContain('loss');
    expect(made.domains).toEqual([]);
    const feeds: Record<string, tf.Tensor> = { input: inputs.input, target: inputs.target };
    for (const group of ['weights', 'mean', 'square'] as const) {
      for (const [name, tensor] of Object.entries(inputs.state[group]))
        feeds[`state.${group}.${name}`] = tensor;
    }
    feeds['state.step'] = inputs.state.step;
    const got = await run(feeds);
    expect(Object.keys(got).sort()).toEqual([...made.outputs].sort());
    const engine = await onnxEngine({ threads: 1 });
    const wanted = await engine.compile(step)(inputs);
    expectClose(got.loss!, await wanted.loss.data());
    expectClose(got['state.step.next']!, [1]);
    for (const [name, tensor] of Object.entries(wanted.state.weights)) {
      expectClose(got[`state.weights.${name}.next`]!, await tensor.data());
    }
    await engine.dispose();
  });

  test('every output is a value of its own, every input is declared', async () => {
    const captured = tf.range(0, 3000).mul(2);
    const fn = ({ x }: { x: tf.Tensor; unused: tf.Tensor; n0: tf.Tensor }) => {
      const twice = x.mul(2);
      return {
        x,
        twice,
        again: twice,
        n1: quickGelu(gelu(twice)),
        ones: tf.ones([2, 2]),
        captured,
        three: tf.scalar(3),
      };
    };
    const x = tf.tensor([1, -2]);
    const made = await exportOnnx(fn, { x, unused: tf.zeros([1]), n0: tf.zeros([1]) }, file);
    expect(made.inputs).toEqual(['n0', 'unused', 'x']);
    expect(made.outputs).toEqual(['again', 'captured', 'n1', 'ones', 'three', 'twice', 'x.next']);
    const got = await run({ x, unused: tf.zeros([1]), n0: tf.zeros([1]) });
    expect(Array.from(got.twice!)).toEqual([2, -4]);
    expect(Array.from(got.again!)).toEqual([2, -4]);
    expect(Array.from(got['x.next']!)).toEqual([1, -2]);
    expect(Array.from(got.ones!)).toEqual([1, 1, 1, 1]);
    expect(Array.from(got.three!)).toEqual([3]);
    expect(got.captured!.at(-1)).toBe(5998);
    expectClose(got.n1!, await quickGelu(gelu(tf.tensor([2, -4]))).data());
  });

  test('names that would be equal are told apart; static values are no inputs', async () => {
    const fn = (inputs: { a: { b: tf.Tensor }; 'a.b': tf.Tensor; list: tf.Tensor[]; factor: number }) => [
      inputs.a.b.sub(inputs['a.b']).mul(inputs.factor).add(inputs.list[0]!),
    ];
    const scalar = (value: number) => tf.tensor([value]);
    const inputs = { a: { b: scalar(7) }, 'a.b': scalar(5), list: [scalar(1)], factor: 3 };
    const made = await exportOnnx(fn, inputs, file);
    expect(made.inputs).toEqual(['a.b', 'a.b_2', 'list.0']);
    expect(made.outputs).toEqual(['0']);
    const got = await run({ 'a.b': inputs.a.b, 'a.b_2': inputs['a.b'], 'list.0': inputs.list[0]! });
    expect(Array.from(got['0']!)).toEqual([7]);
  });

  test('leaves the current backend and no tensors', async () => {
    await tf.setBackend('cpu');
    const x = tf.tensor([1, 2]);
    const before = tf.memory().numTensors;
    await exportOnnx((input: tf.Tensor) => input.square(), x, file);
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.memory().numTensors).toBe(before);
    await tf.setBackend('onnx');
  });

  test('refuses what no ONNX file holds, before it writes', async () => {
    const path = join(folder, 'never.onnx');
    const huge = tf.tensor(new Float32Array(2 ** 29)); // 2 GiB of zeros that nothing touches
    await expect(exportOnnx((x: tf.Tensor) => x.add(huge), tf.scalar(1), path)).rejects.toMatchObject({
      code: 'ONNX_MODEL_TOO_LARGE',
    });
    huge.dispose();
    await expect(exportOnnx(() => 3 as never, tf.scalar(1), path)).rejects.toMatchObject({
      code: 'ONNX_TENSOR_TREE',
    });
    expect(existsSync(path)).toBe(false);
  });

  test.each([
    ['in a folder that is not there', 'absent/a.onnx', 'ENOENT'],
    ['that is a folder', '', 'EISDIR'],
  ])('names a path %s', async (_, name, cause) => {
    const path = join(folder, name);
    await expect(exportOnnx((x: tf.Tensor) => x.square(), tf.scalar(1), path)).rejects.toMatchObject({
      code: 'FILE_FAILED',
      where: path,
      cause: { code: cause },
    });
  });

  test.skipIf(!checks)('passes the checker of the onnx package, shapes inferred', async () => {
    const inputs = {
      state: initialState(shape),
      input: tf.tensor(numbers(count, 51), dims),
      target: tf.tensor(numbers(count, 52), dims),
    };
    await exportOnnx(trainingStep(shape), inputs, file);
    const script = 'import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)';
    execFileSync('python3', ['-c', script, file]);
  });
});
