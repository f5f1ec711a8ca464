import * as tf from '@tensorflow/tfjs';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sgd } from '../optimizers/sgd.js';
import { constantSchedule } from '../schedules/constant.js';
import type { Objective } from './objective.js';
import { type Points, points, regression } from './toy-objectives.test-support.js';
import { trainer } from './trainer.js';

let engines: Record<'onnx' | 'cpu', Engine>;
beforeAll(async () => {
  engines = { onnx: await onnxEngine({ threads: 1 }), cpu: await cpuEngine() };
});
afterAll(async () => {
  for (const engine of Object.values(engines)) await engine.dispose();
});

type Odd = Objective<Points>;

/** The buffer `seen` after two steps on eight clips each, whole or in two parts. */
async function seenBy(engine: Engine, objective: Odd, accumulate: number): Promise<number> {
  let seen = Number.NaN;
  const optimizer = sgd();
  const schedule = constantSchedule({ base: 0.1 });
  const batches = points(8 / accumulate);
  const events = trainer({ engine, objective, batches, optimizer, schedule, steps: 2, seed: 1, accumulate });
  for await (const event of events) {
    if (event.type !== 'end') continue;
    seen = (await event.buffers.seen!.data())[0]!;
    tf.dispose([event.params, event.buffers] as never);
  }
  return seen;
}

const counted = (): Odd['init'] => (random) => ({
  ...regression().init(random, {}),
  buffers: { seen: tf.scalar(0) },
});

describe.each(['onnx', 'cpu'] as const)('an objective on %s', (name) => {
  it.each([1, 2])('whose whole has buffers and no terms, in %i parts', async (accumulate) => {
    const objective: Odd = {
      ...regression(),
      init: counted(),
      part: (params, buffers, batch) => ({
        ...regression().part(params, buffers, batch),
        rows: { x: tf.clone(batch.x) },
      }),
      whole: (_params, { seen }, { x }) => ({ terms: {}, buffers: { seen: tf.add(seen!, x!.shape[0]!) } }),
    };
    expect(await seenBy(engines[name], objective, accumulate)).toBe(16);
  });

  it.each([1, 2])(
    'whose buffer holds whole numbers that no float32 does, in %i parts',
    async (accumulate) => {
      const objective: Odd = {
        ...regression(),
        init: (random, given) => ({
          ...regression().init(random, given),
          buffers: { seen: tf.scalar(2 ** 24 + 1, 'int32') },
        }),
        part: (params, buffers, batch) => ({
          ...regression().part(params, buffers, batch),
          rows: { x: tf.clone(batch.x) },
        }),
        whole: (_params, { seen }) => ({
          terms: {},
          buffers: { seen: tf.add(seen!, tf.scalar(2, 'int32')) },
        }),
      };
      expect(await seenBy(engines[name], objective, accumulate)).toBe(2 ** 24 + 5);
    },
  );

  it.each([1, 2])('whose parts have no rows is not asked for the whole, in %i parts', async (accumulate) => {
    const objective: Odd = {
      ...regression(),
      init: counted(),
      part: (...given) => ({ ...regression().part(...given), rows: {} }),
      whole: (_params, { seen }) => ({ terms: {}, buffers: { seen: tf.add(seen!, 1) } }),
    };
    expect(await seenBy(engines[name], objective, accumulate)).toBe(0);
  });

  const refused: [string, Partial<Odd>, string][] = [
    [
      'gives rows that it does not compare',
      { part: (...given) => ({ ...regression().part(...given), rows: { x: tf.clone(given[2].x) } }) },
      'rows x and no such function',
    ],
    ['has no term', { part: () => ({ terms: {} }) }, 'at least one term'],
    [
      'has a buffer of a type that no checkpoint holds',
      {
        init: (random) => ({
          ...regression().init(random, {}),
          buffers: { seen: tf.tensor1d([true], 'bool') },
        }),
      },
      'buffer seen to be float32 or int32',
    ],
    [
      'has a parameter of whole numbers',
      { init: () => ({ params: { w: tf.zeros([3, 2], 'int32'), b: tf.zeros([2]) } }) },
      'parameter w to be float32',
    ],
  ];
  it.each(refused)('that %s is refused', async (_what, change, message) => {
    for (const accumulate of [1, 2]) {
      const run = seenBy(engines[name], { ...regression(), ...change }, accumulate);
      await expect(run).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringContaining(message),
      });
    }
  });
});
