import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { producer, type Value } from '../graph/value.js';
import {
  attention,
  cpuEngine,
  gelu,
  layerNorm,
  linear,
  onnxEngine,
  recomputed,
  wasmEngine,
} from '../index.js';
import type { OnnxBackend } from '../runtime/backend.js';
import { initialState, numbers } from '../transformer.test-model.js';

const [BATCH, TOKENS, WIDTH, LAYERS] = [2, 6, 8, 4];

type Weights = Readonly<Record<string, tf.Tensor>>;
type Wrap = (fn: (inputs: Weights) => tf.Tensor, inputs: Weights) => tf.Tensor;
const kept: Wrap = (fn, inputs) => fn(inputs);

/** A block with a factor for each clip's branch, as drop path has it: a tensor that is made on the way and used again later. */
function block(wrap: Wrap, weights: Weights, layer: number, input: tf.Tensor, factors: tf.Tensor): tf.Tensor {
  const own = Object.entries(weights).filter(([name]) => name.startsWith(`${layer}.`));
  const inputs = {
    ...Object.fromEntries(own),
    x: input,
    factor: tf.reshape(tf.slice(factors, [layer, 0], [1, -1]), [-1, 1, 1]),
  };
  return wrap(({ x, factor, ...own }) => {
    const apply = (name: string, rows: tf.Tensor) =>
      linear(rows, own[`${layer}.${name}.weight`]!, own[`${layer}.${name}.bias`]!);
    const norm = (name: string, rows: tf.Tensor) =>
      layerNorm(rows, own[`${layer}.${name}.scale`]!, own[`${layer}.${name}.bias`]!, 1e-6);
    const parts = apply('qkv', norm('norm1', x!)).reshape([BATCH, TOKENS, 3, 2, WIDTH / 2]);
    const [q, k, v] = tf.unstack(tf.transpose(parts, [2, 0, 3, 1, 4]));
    const mixed = attention(q!, k!, v!, 0.5).transpose([0, 2, 1, 3]).reshape(x!.shape);
    const attended = x!.add(apply('out', mixed).mul(factor!));
    return attended.add(apply('down', gelu(apply('up', norm('norm2', attended)))).mul(factor!));
  }, inputs);
}

/** The loss of a small transformer and its gradients by weights and input; `inside` is told how many arrays there are behind the
 * forward pass. */
const training =
  (wrap: Wrap, inside: (arrays: number) => void = () => undefined) =>
  ({ weights, input, factors }: { weights: Weights; input: tf.Tensor; factors: tf.Tensor }) => {
    const named = { ...weights, input };
    const names = Object.keys(named);
    const { value, grads } = tf.valueAndGrads((...tensors: tf.Tensor[]) => {
      const own = Object.fromEntries(names.map((name, at) => [name, tensors[at]!]));
      let x = own.input!;
      for (let layer = 0; layer < LAYERS; layer++) x = block(wrap, own, layer, x, factors);
      inside(tf.memory().numDataBuffers);
      return tf.sin(x).square().sum();
    })(Object.values(named));
    return { value, grads };
  };

function given() {
  const { weights, mean, square, step } = initialState({
    batch: BATCH,
    tokens: TOKENS,
    width: WIDTH,
    heads: 2,
    layers: LAYERS,
  });
  tf.dispose([mean, square, step]);
  const blocks = Object.fromEntries(Object.entries(weights).filter(([name]) => /^\d/.test(name)));
  for (const [name, tensor] of Object.entries(weights)) if (!blocks[name]) tensor.dispose();
  return {
    weights: blocks,
    input: tf.tensor(numbers(BATCH * TOKENS * WIDTH, 51), [BATCH, TOKENS, WIDTH]),
    factors: tf.tensor([1, 1, 0, 1.5, 1.25, 0, 2, 1], [LAYERS, BATCH]),
  };
}

describe.each([
  ['onnx', () => onnxEngine({ threads: 1 })],
  ['cpu', cpuEngine],
  ['wasm', wasmEngine],
] as const)('what is computed again, on %s', (_name, make) => {
  test('has the gradients of what is kept, bit for bit, and leaves no tensors', async () => {
    const engine = await make();
    const before = tf.memory().numTensors;
    const inputs = given();
    const plain = await engine.compile(training(kept))(inputs);
    const again = await engine.compile(training(recomputed))(inputs);
    for (const [index, gradient] of [plain.value, ...plain.grads].entries()) {
      const other = [again.value, ...again.grads][index]!;
      const numbers = await gradient.data();
      expect(await other.data()).toEqual(numbers);
      expect(numbers.some((number) => number !== 0)).toBe(true);
    }
    tf.dispose([inputs, plain, again] as never);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('gives integers no gradient, and may lie in what is computed again itself', async () => {
    const engine = await make();
    const slopes = (wrap: Wrap) =>
      engine.compile(({ table, at }: { table: tf.Tensor; at: tf.Tensor }) => {
        const loss = (table: tf.Tensor) => {
          const rows = (inputs: Weights) =>
            tf.square(wrap(({ rows }) => tf.exp(tf.gather(rows!, inputs.at!)), { rows: inputs.table! }));
          return tf.sum(wrap(rows, { table, at })) as tf.Scalar;
        };
        return tf.grad(loss)(table);
      });
    const inputs = { table: tf.tensor([0.5, -1, 0.25, 2], [2, 2]), at: tf.tensor1d([1, 1, 0], 'int32') };
    const found = await (await slopes(recomputed)(inputs)).data();
    // d exp(x)² = 2 exp(2x), twice for the row that is taken twice.
    const expected = [0.5, -1, 0.25, 2].map((x, index) => (index < 2 ? 1 : 2) * 2 * Math.exp(2 * x));
    for (const [index, number] of expected.entries()) expect(found[index]! / number).toBeCloseTo(1, 5);
    expect(await (await slopes(kept)(inputs)).data()).toEqual(found);
  });
});

test('only the inputs of each layer are kept on an eager engine', async () => {
  const engine = await cpuEngine();
  const inputs = given();
  const buffers = { kept: 0, recomputed: 0 };
  const start = tf.memory().numDataBuffers;
  const made = await engine.compile(training(kept, (now) => (buffers.kept = now - start)))(inputs);
  tf.dispose(made as never);
  await engine.compile(training(recomputed, (now) => (buffers.recomputed = now - start)))(inputs);
  // The result of a layer, which is the input of the next, and its factors.
  expect(buffers.recomputed).toBe(2 * LAYERS);
  expect(buffers.kept).toBeGreaterThan(20 * LAYERS);
});

test('nodes of the second time are not those of the first, and wait for the gradient', async () => {
  await onnxEngine();
  const backend = tf.backend() as OnnxBackend;
  const nodesBehind = (roots: readonly Value[]) => {
    const seen = new Set<Value>();
    const stack = [...roots];
    while (stack.length > 0) {
      const value = stack.pop()!;
      if (seen.has(value)) continue;
      seen.add(value);
      for (const input of producer(value)?.inputs ?? []) if (input) stack.push(input);
    }
    return [...new Set([...seen].flatMap((value) => producer(value) ?? []))];
  };
  const gelus = (wrap: Wrap) => {
    const { grads } = training(wrap)(given());
    const nodes = nodesBehind(grads.map((gradient) => backend.value(gradient)));
    return nodes.filter(({ op }) => op === 'Gelu');
  };
  const waiting = (node: { readonly outputs: readonly Value[] }) =>
    nodesBehind(node.outputs.slice(0, 1)).some(({ op }) => op === 'Cos'); // the loss's gradient
  expect(gelus(kept).map(waiting)).toEqual(Array(LAYERS).fill(false));
  const [first, second] = [false, true].map((waits) =>
    gelus(recomputed).filter((node) => waiting(node) === waits),
  );
  expect([first!.length, second!.length]).toEqual([LAYERS, LAYERS]);
});
