import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Engine, onnxEngine } from './index.js';
import type { OnnxBackend } from './runtime/backend.js';
import {
  forward,
  initialState,
  numbers,
  type TransformerShape,
  trainingStep,
} from './transformer.test-model.js';

type State = Record<'weight' | 'mean' | 'square', tf.Tensor>;

/** A step of Adam towards the identity: three matrices of 64 KB and a number to read. */
function step({ state, rate }: { state: State; rate: tf.Tensor }): { state: State; loss: tf.Tensor } {
  const target = tf.eye(128);
  const { value, grads } = tf.valueAndGrads(
    (weight: tf.Tensor) => weight.sub(target).square().mean() as tf.Scalar,
  )([state.weight]);
  const gradient = grads[0]!;
  const mean = state.mean.mul(0.9).add(gradient.mul(0.1));
  const square = state.square.mul(0.95).add(gradient.square().mul(0.05));
  return {
    state: { weight: state.weight.sub(mean.div(square.sqrt().add(1e-8)).mul(rate)), mean, square },
    loss: value,
  };
}

const firstState = (): State => ({
  weight: tf.tensor(numbers(128 * 128), [128, 128]),
  mean: tf.zeros([128, 128]),
  square: tf.zeros([128, 128]),
});

let engine: Engine;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
});

describe('state that flows from step to step', () => {
  test('stays in memory of ONNX Runtime: two sets of it that take turns', async () => {
    const run = engine.compile(step);
    const backend = tf.backend() as OnnxBackend;
    const rate = tf.scalar(1e-3);
    let state = firstState();
    const memories: Set<ArrayBufferLike>[] = [];
    for (let index = 0; index < 20; index++) {
      const result = await run({ state, rate });
      tf.dispose([state, result.loss]);
      state = result.state;
      const used = Object.values(state).map((tensor) => {
        const { source } = backend.peek(tensor);
        if (source.kind !== 'held') throw new Error(`The state is a ${source.kind}.`);
        return source.held.data.buffer;
      });
      memories.push(new Set(used));
    }
    const [even, odd] = memories as [Set<ArrayBufferLike>, Set<ArrayBufferLike>];
    expect(new Set([...even, ...odd]).size).toBe(6);
    for (const [index, used] of memories.entries()) expect(used).toEqual(index % 2 === 0 ? even : odd);
    tf.dispose([state, rate]);
  });

  test('ten thousand steps in flat memory', { timeout: 60_000 }, async () => {
    const run = engine.compile(step);
    let state = firstState();
    let loss = 0;
    const steps = async (count: number) => {
      for (let index = 0; index < count; index++) {
        const rate = tf.scalar(1e-3 / (1 + index));
        const result = await run({ state, rate });
        tf.dispose([state, rate]);
        state = result.state;
        loss = (await result.loss.data())[0]!;
        result.loss.dispose();
      }
    };
    await steps(2000);
    const { numTensors, numDataBuffers } = tf.memory();
    const resident = process.memoryUsage().rss;
    await steps(8000);
    expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
    // Steps that kept one of the three matrices would take 500 MB.
    expect(process.memoryUsage().rss - resident).toBeLessThan(100e6);
    expect(loss).toBeGreaterThan(0);
    tf.dispose(state);
  });
});

describe.each([1, 2])('on %d threads', (threads) => {
  // Large enough that ONNX Runtime divides the work.
  const shape: TransformerShape = { batch: 8, tokens: 32, width: 64, heads: 4, layers: 2 };
  const count = shape.batch * shape.tokens * shape.width;

  /** Five steps and the gradient of a gather that takes rows several times, as the bits of all their numbers. */
  async function bits(): Promise<Int32Array[]> {
    const own = await onnxEngine({ threads });
    const train = own.compile(trainingStep(shape));
    const dims = [shape.batch, shape.tokens, shape.width];
    const input = tf.tensor(numbers(count, 51), dims);
    const target = tf.tensor(numbers(count, 52), dims);
    let state = initialState(shape);
    const found: Int32Array[] = [];
    const keep = async (tensor: tf.Tensor) => {
      found.push(new Int32Array(Float32Array.from(await tensor.data()).buffer));
    };
    for (let index = 0; index < 5; index++) {
      const result = await train({ state, input, target });
      tf.dispose(state);
      state = result.state;
      await keep(result.loss);
    }
    for (const weight of Object.values(state.weights)) await keep(weight);
    const rows = tf.tensor(
      Array.from({ length: 4000 }, (_, index) => (index * 7) % 50),
      [4000],
      'int32',
    );
    const gather = own.compile(({ x, indices }: { x: tf.Tensor; indices: tf.Tensor }) =>
      tf.grad((y: tf.Tensor) =>
        tf
          .gather(y, indices as tf.Tensor1D)
          .pow(3)
          .sum(),
      )(x),
    );
    await keep(await gather({ x: tf.tensor(numbers(50 * 64, 3), [50, 64]), indices: rows }));
    await keep(await own.compile((x: tf.Tensor) => forward(state.weights, x, shape))(input));
    await own.dispose();
    return found;
  }

  test('the same inputs give the same bits', async () => {
    const first = await bits();
    expect(first.length).toBeGreaterThan(20);
    expect(first.every((numbers) => new Float32Array(numbers.buffer).every(Number.isFinite))).toBe(true);
    for (let again = 0; again < 3; again++) expect(await bits()).toEqual(first);
  }, 60_000);
});
