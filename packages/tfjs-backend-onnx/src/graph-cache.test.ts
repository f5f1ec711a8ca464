import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { graphCache } from './graph-cache.js';
import { onnxEngine } from './index.js';

/** Sessions that are made and not yet released. */
let open: number;
beforeEach(() => {
  open = 0;
  const create = ort.InferenceSession.create.bind(ort.InferenceSession) as (
    ...values: unknown[]
  ) => Promise<ort.InferenceSession>;
  vi.spyOn(ort.InferenceSession, 'create').mockImplementation((async (...values: unknown[]) => {
    const session = await create(...values);
    const release = session.release.bind(session);
    session.release = async () => {
      open--;
      await release();
    };
    open++;
    return session;
  }) as typeof ort.InferenceSession.create);
});
afterEach(() => {
  vi.restoreAllMocks();
});

const read = async (tensor: tf.Tensor) => Array.from(await tensor.data());

test('an engine keeps as many graphs as it is told, and results stay right', async () => {
  const engine = await onnxEngine({ threads: 1, graphs: 3 });
  let traces = 0;
  const scaled = engine.compile(({ x, factor }: { x: tf.Tensor; factor: number }) => {
    traces++;
    return x.mul(factor);
  });
  const shifted = engine.compile((x: tf.Tensor) => x.add(1));
  const before = open;
  for (let factor = 1; factor <= 40; factor++) {
    expect(await read(await scaled({ x: tf.tensor([1, 2]), factor }))).toEqual([factor, 2 * factor]);
    expect(await read(await shifted(tf.ones([factor])))).toEqual(Array(factor).fill(2));
    expect(open - before).toBeLessThanOrEqual(3);
  }
  expect(traces).toBe(40);
  // The last one is there still, the first one is not.
  await scaled({ x: tf.tensor([1, 2]), factor: 40 });
  expect(traces).toBe(40);
  expect(await read(await scaled({ x: tf.tensor([3, 4]), factor: 1 }))).toEqual([3, 4]);
  expect(traces).toBe(41);
  await engine.dispose();
  expect(open).toBe(before);
});

test('what was used last stays, not what was made last', async () => {
  const engine = await onnxEngine({ threads: 1, graphs: 2 });
  let traces = 0;
  const run = engine.compile((x: tf.Tensor) => {
    traces++;
    return x.add(1);
  });
  for (const length of [1, 2, 1, 3, 1, 4, 1]) await run(tf.ones([length]));
  expect(traces).toBe(4);
  await engine.dispose();
});

test('graphs that are let go while they run finish first; donated state stays right', async () => {
  const engine = await onnxEngine({ threads: 1, graphs: 1 });
  const step = engine.compile(
    ({ state, by }: { state: tf.Tensor; by: number }) => ({ state: state.add(by), sum: state.sum() }),
    { donate: ['state'] },
  );
  const size = 5000;
  const states = Array.from({ length: 6 }, (_, index) => tf.fill([size], index));
  // All at once, six signatures, one kept.
  const results = await Promise.all(states.map((state, index) => step({ state, by: 10 * index })));
  for (const [index, { state, sum }] of results.entries()) {
    expect(new Set(await read(state))).toEqual(new Set([11 * index]));
    expect(await read(sum)).toEqual([index * size]);
  }
  let state = results[5]!.state;
  for (let index = 0; index < 10; index++) {
    const result = await step({ state, by: index % 2 });
    state = result.state;
  }
  expect(new Set(await read(state))).toEqual(new Set([60]));
  const last = step({ state, by: 1 });
  await engine.dispose();
  expect(new Set(await read((await last).state))).toEqual(new Set([61]));
});

test('a function that fails is not kept', async () => {
  const cache = graphCache(2);
  const failing = cache.use(
    'a',
    () => Promise.reject(new Error('no')),
    async () => 1,
  );
  await expect(failing).rejects.toThrow('no');
  const released: string[] = [];
  const make = (name: string) => async () => ({
    release: async () => {
      released.push(name);
    },
  });
  expect(await cache.use('a', make('a'), async () => 2)).toBe(2);
  await expect(cache.use('b', make('b'), () => Promise.reject(new Error('body')))).rejects.toThrow('body');
  await cache.use('c', make('c'), async () => 3);
  await cache.clear();
  expect(released.sort()).toEqual(['a', 'b', 'c']);
});
