import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collective } from '../collective/collective.js';
import { ranksInOneProcess } from '../collective/in-one-process.test-support.js';
import { textKeys } from '../data/text-keys.js';
import { sgd } from '../optimizers/sgd.js';
import { constantSchedule } from '../schedules/constant.js';
import type { Batch, Batches, ReplacedSample } from './batches.js';
import type { StepEvent, TrainEvent } from './events.js';
import { comparison, type Points, points } from './toy-objectives.test-support.js';
import { trainer } from './trainer.js';
import type { TrainerOptions } from './trainer-options.js';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await cpuEngine();
  folder = await mkdtemp(join(tmpdir(), 'ranks-'));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

/** Batches of which each is changed: `part` counts them from 0. */
function changed(
  change: (batch: Batch<Points>, part: number) => Partial<Batch<Points>>,
  ends?: number,
): Batches<Points> & { alive: number } {
  const given = points(2, ends === undefined ? {} : { ends });
  const { open } = given;
  return Object.assign(given, {
    async open(...after: Parameters<typeof open>) {
      const stream = await open(...after);
      let part = 0;
      return {
        ...stream,
        async next() {
          const batch = await stream.next();
          return batch && { ...batch, ...change(batch, part++) };
        },
      };
    },
  });
}

/** A run of two ranks with two parts of two clips each; what each told, and its error. */
function runs(
  batches: (collective: Collective) => Batches<Points>,
  options: Partial<TrainerOptions<Points>> = {},
) {
  return Promise.all(
    ranksInOneProcess(2).map(async (collective) => {
      const told: TrainEvent[] = [];
      try {
        const run = trainer<Points>({
          ...{
            engine,
            objective: comparison(),
            optimizer: sgd(),
            schedule: constantSchedule({ base: 0.01 }),
          },
          ...{ steps: 3, seed: 1, accumulate: 2, batches: batches(collective), collective },
          ...options,
        });
        for await (const event of run) {
          told.push(event);
          if (event.type === 'end')
            tf.dispose([event.params, event.buffers] as unknown as tf.TensorContainer);
        }
        return { told };
      } catch (error) {
        return { told, error };
      }
    }),
  );
}

/** All ranks find the same. One says so first, and the others end with what it said. */
function requireFailure(ranks: readonly { readonly error?: unknown }[], expected: object): void {
  const errors = ranks.map(({ error }) => error as { readonly code: string; readonly cause?: unknown });
  const told = errors.map((error) => (error?.code === 'RANK_FAILED' ? error.cause : error));
  for (const error of told) expect(error).toMatchObject(expected);
  expect(errors.filter(({ code }) => code !== 'RANK_FAILED')).toHaveLength(1);
}

const stepsOf = (told: readonly TrainEvent[]): StepEvent[] =>
  told.filter(({ type }) => type === 'step') as StepEvent[];

const bad = (id: string): ReplacedSample => ({ id, code: 'VIDEO_DAMAGED', message: 'It ends early.', by: 1 });

describe('a step over ranks', () => {
  it('tells clips, replaced samples and waits of all ranks', async () => {
    const found = [
      { 1: [bad('b')], 2: [bad('c')] },
      { 0: [bad('a')], 1: [bad('d')], 4: [bad('b'), bad('e')] },
    ] as readonly Record<number, readonly ReplacedSample[]>[];
    const both = await runs(({ rank }) => changed((_, part) => ({ replaced: found[rank]![part] ?? [] })));
    for (const { told } of both) {
      const steps = stepsOf(told);
      // In the order of the batch: the first part of each rank, then the second. Each once.
      expect(steps.map(({ replaced }) => replaced.map(({ id }) => id))).toEqual([
        ['a', 'b', 'd'],
        ['c'],
        ['e'],
      ]);
      for (const { seconds, clipsPerSecond, reduceWaitSeconds, peerWaitSeconds } of steps) {
        expect(clipsPerSecond * seconds).toBeCloseTo(8, 6);
        expect(peerWaitSeconds).toBeGreaterThan(0);
        expect(reduceWaitSeconds).toBeGreaterThanOrEqual(peerWaitSeconds!);
        expect(seconds).toBeGreaterThanOrEqual(reduceWaitSeconds!);
      }
    }
  });

  it('tells no waits of one process', async () => {
    const run = trainer<Points>({
      ...{ engine, objective: comparison(), optimizer: sgd(), schedule: constantSchedule({ base: 0.01 }) },
      ...{ steps: 1, seed: 1, batches: points(2) },
    });
    for await (const event of run) {
      expect(event).not.toHaveProperty('reduceWaitSeconds');
      expect(event).not.toHaveProperty('peerWaitSeconds');
      if (event.type === 'end') tf.dispose([event.params, event.buffers] as unknown as tf.TensorContainer);
    }
  });

  it('is not taken where one rank has no batches any more', async () => {
    const before = tf.memory().numTensors;
    const own: ReturnType<typeof changed>[] = [];
    const both = await runs(({ rank }) => {
      own[rank] = changed(() => ({}), rank === 1 ? 5 : undefined);
      return own[rank];
    });
    for (const { told } of both)
      expect(told.at(-1)).toMatchObject({ type: 'end', reason: 'exhausted', step: 2 });
    expect(own.map(({ alive }) => alive)).toEqual([0, 0]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('whose loss is not finite fails on all ranks, with the samples of all and the last checkpoint', async () => {
    const both = await runs(
      ({ rank }) =>
        changed(({ tensors, ids }, part) => {
          if (rank !== 1 || part !== 3) return { ids: ids.map((id) => `${rank}:${id}`) };
          tensors.x.dispose();
          return {
            tensors: { ...tensors, x: tf.fill([2, 3], Number.NaN) as tf.Tensor2D },
            ids: ids.map((id) => `${rank}:${id}`),
          };
        }),
      { checkpoint: { folder, every: 1 } },
    );
    const ids = ['0:2.0', '0:2.1', '1:2.0', '1:2.1', '0:3.0', '0:3.1', '1:3.0', '1:3.1'];
    for (const { told } of both) expect(stepsOf(told)).toHaveLength(1);
    requireFailure(both, {
      code: 'LOSS_NOT_FINITE',
      message: expect.stringContaining(`trainer, step 2, samples ${ids.join(', ')}:`),
    });
    requireFailure(both, {
      code: 'LOSS_NOT_FINITE',
      message: expect.stringMatching(/The last good checkpoint is .*step-0*1\b/),
    });
  });

  it('of one sample alone has no negatives, for all ranks together', async () => {
    const objective = { ...comparison(), tellsSamplesApart: true };
    const of = (name: (rank: number) => string) =>
      runs(({ rank }) => changed(({ ids }) => ({ ids: ids.map(() => name(rank)) })), {
        objective,
        steps: 20,
      });
    const one = await of(() => 'one');
    requireFailure(one, { code: 'NO_NEGATIVES', message: expect.stringContaining('64 clips') });
    // Eight clips a step, and the eighth is not taken.
    for (const { told } of one) expect(stepsOf(told)).toHaveLength(7);
    for (const { told, error } of await of(String)) {
      expect(error).toBeUndefined();
      expect(stepsOf(told)).toHaveLength(20);
    }
  });

  it('of one caption alone has no negatives either: others may be on another rank', async () => {
    const of = (name: (rank: number) => string, sample: (rank: number, id: string) => string) =>
      runs(
        ({ rank }) =>
          changed(({ ids }) => ({
            compared: {
              captions: textKeys(ids.map(() => name(rank))),
              samples: textKeys(ids.map((id) => sample(rank, id))),
            },
          })),
        { steps: 20 },
      );
    const all = (rank: number, id: string) => `${rank} ${id}`;
    for (const made of [await of(() => 'one', all), await of(String, () => 'one')]) {
      const message = expect.stringContaining('one caption, or one sample, for the first 64 clips');
      requireFailure(made, { code: 'NO_NEGATIVES', message });
      for (const { told } of made) expect(stepsOf(told)).toHaveLength(7);
    }
    // Each rank sees one caption only.
    for (const { told } of await of(String, all)) expect(stepsOf(told)).toHaveLength(20);
  });

  it('of one caption alone has no negatives, in one process', async () => {
    const batches = changed(({ ids }) => ({
      compared: { captions: textKeys(ids.map(() => 'one')), samples: textKeys(ids) },
    }));
    const run = async () => {
      for await (const _ of trainer<Points>({
        ...{ engine, objective: comparison(), optimizer: sgd(), schedule: constantSchedule({ base: 0.01 }) },
        ...{ steps: 40, seed: 1, batches },
      }));
    };
    await expect(run()).rejects.toMatchObject({ code: 'NO_NEGATIVES' });
  });

  it('is told of where two ranks have the same batches', async () => {
    const notices = ({ told }: { told: readonly TrainEvent[] }) =>
      told.flatMap((event) => (event.type === 'notice' ? [event.code] : []));
    const same = await runs(() => points(2));
    expect(same.map(notices)).toEqual([['BATCHES_DOUBLED'], ['BATCHES_DOUBLED']]);
    const own = await runs(({ rank }) => {
      const batches = points(2);
      return { ...batches, open: (after) => batches.open(after ?? 100 * rank) };
    });
    expect(own.map(notices)).toEqual([[], []]);
  });
});
