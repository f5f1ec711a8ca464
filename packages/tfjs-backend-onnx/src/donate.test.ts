import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import { cpuEngine, type Engine, onnxEngine } from './index.js';
import type { OnnxBackend } from './runtime/backend.js';
import { initialState, numbers, type TransformerShape, trainingStep } from './transformer.test-model.js';

const SIZE = 2048;
const read = async (tensor: tf.Tensor) => Array.from(await tensor.data());
const bits = async (tensor: tf.Tensor) => new Int32Array(Float32Array.from(await tensor.data()).buffer);

let engine: Engine;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
});

/** The memory that a computed tensor lies in. */
function memoryOf(tensor: tf.Tensor): ArrayBufferLike {
  const { source } = (tf.backend() as OnnxBackend).peek(tensor);
  if (source.kind !== 'held') throw new Error(`The tensor is a ${source.kind}.`);
  return source.held.data.buffer;
}

/** A tensor that lies in memory of the engine's own. */
async function computed(number: number): Promise<tf.Tensor> {
  const x = tf.tensor(new Float32Array(SIZE).fill(number));
  const result = await engine.compile((x: tf.Tensor) => x.mul(1.5).div(1.5))(x);
  x.dispose();
  return result;
}

describe('donated state', () => {
  const shape: TransformerShape = { batch: 2, tokens: 16, width: 64, heads: 4, layers: 3 };
  const dims = [shape.batch, shape.tokens, shape.width];
  const size = shape.batch * shape.tokens * shape.width;

  async function train(donate: readonly 'state'[]) {
    const step = engine.compile(trainingStep(shape), { donate });
    const [input, target] = [tf.tensor(numbers(size, 51), dims), tf.tensor(numbers(size, 52), dims)];
    let state = initialState(shape);
    const places = new Map<string, Set<ArrayBufferLike>>();
    for (let index = 0; index < 12; index++) {
      const result = await step({ state, input, target });
      tf.dispose([result.loss, ...(donate.length > 0 ? [] : [state as tf.TensorContainer])]);
      state = result.state;
      if (index === 0) continue;
      for (const kind of ['weights', 'mean', 'square'] as const) {
        for (const [name, tensor] of Object.entries(state[kind])) {
          if (tensor.size < 1024) continue;
          const key = `${kind} ${name}`;
          places.set(key, (places.get(key) ?? new Set()).add(memoryOf(tensor)));
        }
      }
    }
    const found: Int32Array[] = [];
    for (const tensors of [state.weights, state.mean, state.square]) {
      for (const tensor of Object.values(tensors)) found.push(await bits(tensor));
    }
    tf.dispose([state as tf.TensorContainer, input, target]);
    return { found, places };
  }

  test('is updated where it lies, to the same bits', async () => {
    const kept = await train([]);
    const donated = await train(['state']);
    const differing = donated.found.map((bits, index) =>
      bits.findIndex((bit, at) => bit !== kept.found[index]![at]),
    );
    expect(differing).toEqual(differing.map(() => -1));
    expect(donated.places.size).toBeGreaterThan(30);
    for (const [name, memories] of donated.places) expect([name, memories.size]).toEqual([name, 1]);
    expect(Math.max(...[...kept.places.values()].map(({ size }) => size))).toBeGreaterThan(1);
  });

  test('is disposed by the call, on every engine, also when it fails', async () => {
    for (const each of [engine, await cpuEngine()]) {
      const run = each.compile(
        ({ state, add }: { state: { x: tf.Tensor }; add: tf.Tensor }) => ({ x: state.x.add(add) }),
        { donate: ['state'] },
      );
      const [x, add] = [tf.tensor([1, 2]), tf.tensor([10, 20])];
      const result = await run({ state: { x }, add });
      expect([x.isDisposed, add.isDisposed, await read(result.x)]).toEqual([true, false, [11, 22]]);
      const wrong = tf.tensor([1, 2, 3]);
      await expect(run({ state: { x: wrong }, add })).rejects.toThrow();
      expect([wrong.isDisposed, add.isDisposed]).toEqual([true, false]);
      const before = tf.memory().numTensors;
      tf.dispose(await run({ state: { x: tf.tensor([1, 2]) }, add }));
      expect(tf.memory().numTensors).toBe(before);
    }
    await tf.setBackend('onnx');
  });

  test('is not overwritten before everything has read it', async () => {
    // The new weights need one node, what reads the old ones comes at the end of many: left to itself, ONNX Runtime writes first.
    const run = engine.compile(
      ({ state, x }: { state: { w: tf.Tensor }; x: tf.Tensor }) => {
        let slow = x;
        for (let index = 0; index < 20; index++) slow = slow.add(1).square().sqrt();
        const read = slow.mul(state.w);
        return { w: state.w.add(x), read, more: read.add(1) };
      },
      { donate: ['state'] },
    );
    let w = await computed(2);
    const memory = memoryOf(w);
    const x = tf.tensor(new Float32Array(SIZE).fill(1));
    for (let index = 0; index < 3; index++) {
      const result = await run({ state: { w }, x });
      w = result.w;
      expect(memoryOf(w) === memory).toBe(true);
      expect((await read(result.read))[SIZE - 1]).toBe(21 * (2 + index));
    }
  });
});

describe('memory that somebody else may look at is left alone', () => {
  const increment = () =>
    engine.compile(({ state }: { state: tf.Tensor }) => state.add(1), { donate: ['state'] });

  test('an array of the caller', async () => {
    const array = new Float32Array(SIZE).fill(4);
    const result = await increment()({ state: tf.tensor(array) });
    expect([array[7], (await read(result))[7]]).toEqual([4, 5]);
  });

  test('numbers that were read, a clone, a recorded reader', async () => {
    const run = increment();
    const seen = await computed(4);
    const numbersRead = await seen.data();
    await run({ state: seen });
    expect(numbersRead[7]).toBe(4);

    const original = await computed(4);
    const clone = original.clone();
    await run({ state: original });
    expect((await read(clone))[7]).toBe(4);

    const source = await computed(4);
    const lazy = source.mul(10);
    await run({ state: source });
    expect((await read(lazy))[7]).toBe(40);
  });

  test('a tensor that is given twice, or given back as it is', async () => {
    const twice = engine.compile(
      ({ state, other }: { state: tf.Tensor; other: tf.Tensor }) => ({
        next: state.add(1),
        sum: other.add(state),
      }),
      { donate: ['state'] },
    );
    const x = await computed(4);
    const result = await twice({ state: x, other: x });
    expect([(await read(result.next))[7], (await read(result.sum))[7]]).toEqual([5, 8]);

    const back = engine.compile(({ state }: { state: tf.Tensor }) => ({ state, next: state.add(1) }), {
      donate: ['state'],
    });
    const given = await back({ state: await computed(4) });
    expect([(await read(given.state))[7], (await read(given.next))[7]]).toEqual([4, 5]);
  });

  test('what it was is not kept when no result has its shape', async () => {
    const run = engine.compile(({ state }: { state: tf.Tensor }) => state.sum(), { donate: ['state'] });
    const sum = await engine.compile((x: tf.Tensor) => x.mul(2))(tf.tensor(new Float32Array(SIZE).fill(1)));
    expect(await read(await run({ state: sum }))).toEqual([2 * SIZE]);
  });
});
