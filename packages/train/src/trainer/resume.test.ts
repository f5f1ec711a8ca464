import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../checkpoint/load-checkpoint.js';
import { adamW } from '../optimizers/adamw.js';
import { sgd } from '../optimizers/sgd.js';
import { constantSchedule } from '../schedules/constant.js';
import { cosineSchedule } from '../schedules/cosine.js';
import type { EndEvent, StepEvent, TrainEvent } from './events.js';
import { comparison, type Points, points, regression } from './toy-objectives.test-support.js';
import { trainer } from './trainer.js';
import type { TrainerOptions } from './trainer-options.js';

let engine: Engine;
let folder: string;
let runs = 0;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'tgm-resume-'));
});
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

type Options = TrainerOptions<Points>;
const newFolder = () => join(folder, `${runs++}`);
const base = (into: string, every = 2): Options => ({
  engine,
  objective: comparison(),
  batches: points(4),
  optimizer: adamW(),
  schedule: constantSchedule({ base: 0.05 }),
  steps: 9,
  seed: 3,
  average: { decay: 0.9 },
  checkpoint: { folder: into, every },
});

interface Told {
  readonly steps: readonly StepEvent[];
  readonly events: readonly TrainEvent[];
  readonly end: EndEvent | undefined;
  /** The parameters, buffers and average at the end, as bytes. */
  readonly bits: string | undefined;
}

/** Runs until the end, or until `until` of an event is true. */
async function run(options: Options, until: (event: TrainEvent) => boolean = () => false): Promise<Told> {
  const events: TrainEvent[] = [];
  for await (const event of trainer(options)) {
    events.push(event);
    if (until(event)) break;
  }
  const last = events.at(-1);
  const end = last?.type === 'end' ? last : undefined;
  const bits: string[] = [];
  for (const part of [end?.params, end?.buffers, end?.average]) {
    for (const [name, tensor] of Object.entries(part ?? {})) {
      bits.push(`${name} ${Buffer.from((await tensor.data()).buffer).toString('hex')}`);
      tensor.dispose();
    }
  }
  const steps = events.filter((event): event is StepEvent => event.type === 'step');
  return { events, steps, end, bits: end && bits.join('\n') };
}

const numbersOf = (steps: readonly StepEvent[]) =>
  steps.map(({ step, total, terms, gradientNorm }) => ({ step, total, terms, gradientNorm }));
const stopAt = (step: number) => (event: TrainEvent) => event.type === 'step' && event.step === step;

describe('a run that goes on', () => {
  it('tells where each checkpoint lies, and keeps the newest two', async () => {
    const into = newFolder();
    const { events } = await run(base(into));
    expect(events.map(({ type }) => type).join(' ')).toBe(
      'begin step step saved step step saved step step saved step step saved step saved end',
    );
    expect(events.filter(({ type }) => type === 'saved').at(-1)).toEqual({
      type: 'saved',
      step: 9,
      path: join(into, 'step-00000009'),
    });
    expect((await readdir(into)).filter((name) => name.startsWith('step-')).sort()).toEqual([
      'step-00000008',
      'step-00000009',
    ]);
  });

  it.each([1, 2, 3, 8])('equals the uninterrupted one bit for bit, broken off at step %i', async (step) => {
    const whole = await run(base(newFolder()));
    const into = newFolder();
    const first = await run(base(into), stopAt(step));
    const second = await run(base(into));
    // It says where it stands, and is the same run.
    expect(second.events[0]).toEqual({ ...first.events[0], step });
    expect(first.events[0]).toMatchObject({ type: 'begin', step: 0, steps: 9 });
    expect(second.steps[0]!.step).toBe(step + 1);
    expect(numbersOf([...first.steps, ...second.steps])).toEqual(numbersOf(whole.steps));
    expect(second.bits).toBe(whole.bits);
    // A finished run gives the same again, without a step.
    const third = await run(base(into));
    expect(third.events.map(({ type }) => type)).toEqual(['begin', 'end']);
    expect(third.bits).toBe(whole.bits);
  });

  it('equals it also when accumulating', async () => {
    const options = (into: string): Options => ({ ...base(into), accumulate: 2 });
    const whole = await run(options(newFolder()));
    const into = newFolder();
    await run(options(into), stopAt(3));
    expect((await run(options(into))).bits).toBe(whole.bits);
  });

  it('keeps what was done when a batch fails, when a consumer throws and when a signal ends it', async () => {
    for (const stopped of [
      (into: string) =>
        expect(run({ ...base(into, 100), batches: points(4, { fails: 5 }) })).rejects.toThrow(
          'batch 5 cannot be read',
        ),
      (into: string) =>
        expect(
          run(base(into, 100), (event) => {
            if (stopAt(5)(event)) throw new Error('no more');
            return false;
          }),
        ).rejects.toThrow('no more'),
      async (into: string) => {
        const controller = new AbortController();
        const { end } = await run({ ...base(into, 100), signal: controller.signal }, (event) => {
          if (stopAt(5)(event)) controller.abort();
          return false;
        });
        expect(end).toMatchObject({ reason: 'stopped', step: 5, checkpoint: join(into, 'step-00000005') });
      },
    ]) {
      const into = newFolder();
      await stopped(into);
      expect(await loadCheckpoint(into)).toMatchObject({ step: 5 });
      expect((await run(base(into, 100))).steps.map(({ step }) => step)).toEqual([6, 7, 8, 9]);
    }
  });

  it('keeps nothing of a run whose first step never came, so that other options may mend it', async () => {
    const into = newFolder();
    await expect(run({ ...base(into), batches: points(4, { fails: 0 }) })).rejects.toThrow('cannot be read');
    const aborted = await run({ ...base(into), signal: AbortSignal.abort() });
    expect(aborted.end).toMatchObject({ reason: 'stopped', step: 0 });
    expect(aborted.end).not.toHaveProperty('checkpoint');
    expect(await readdir(into)).toEqual([]);
    expect((await run({ ...base(into), seed: 4 })).end).toMatchObject({ reason: 'completed' });
  });

  it('leaves no tensor when it cannot begin or go on', async () => {
    const into = newFolder();
    await run(base(into), stopAt(3));
    const tensors = tf.memory().numTensors;
    const failing = { ...points(4), describe: () => Promise.reject(new Error('not told')) };
    await expect(run({ ...base(newFolder()), batches: failing })).rejects.toThrow('not told');
    await expect(run({ ...base(into), seed: 4 })).rejects.toMatchObject({ code: 'CHECKPOINT_MISMATCH' });
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('saves nothing of a step that broke the weights', async () => {
    const into = newFolder();
    const schedule = { at: (step: number) => (step === 5 ? 1e38 : 0.05), describe: () => ({ is: 'spike' }) };
    const options: Options = { ...base(into), objective: regression(), optimizer: sgd(), schedule };
    await expect(run(options)).rejects.toMatchObject({
      code: 'LOSS_NOT_FINITE',
      message: expect.stringContaining(join(into, 'step-00000004')),
    });
    expect(await loadCheckpoint(into)).toMatchObject({ step: 4 });
  });

  it('passes over a damaged checkpoint with a word, and refuses when all are damaged', async () => {
    const whole = await run(base(newFolder()));
    const into = newFolder();
    await run(base(into), stopAt(5));
    expect((await readdir(into)).sort()).toEqual(['step-00000004', 'step-00000005']);
    await truncate(join(into, 'step-00000005', 'training-state.safetensors'), 100);
    const again = await run(base(into));
    expect(again.events[0]).toMatchObject({ type: 'begin', step: 4 });
    expect(again.events[1]).toMatchObject({
      type: 'notice',
      code: 'CHECKPOINT_DAMAGED',
      message: expect.stringMatching(/step-00000005.*training-state\.safetensors/),
    });
    expect(again.steps[0]!.step).toBe(5);
    expect(again.bits).toBe(whole.bits);
    for (const name of await readdir(into))
      await truncate(join(into, name, 'training-state.safetensors'), 100);
    await expect(run(base(into))).rejects.toMatchObject({ code: 'CHECKPOINT_DAMAGED' });
  });

  it('is made longer under a schedule that keeps its rates, and else told how', async () => {
    const whole = await run(base(newFolder()));
    const into = newFolder();
    await run({ ...base(into), steps: 4 });
    const longer = await run(base(into));
    expect(longer.steps.map(({ step }) => step)).toEqual([5, 6, 7, 8, 9]);
    expect(longer.bits).toBe(whole.bits);
    const cosine = (into: string, steps: number): Options => ({
      ...base(into),
      steps,
      schedule: cosineSchedule({ base: 0.05, steps }),
    });
    const other = newFolder();
    await run(cosine(other, 4));
    await expect(run(cosine(other, 9))).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      message: expect.stringContaining('from the parameters of this checkpoint'),
    });
    // The advice, followed.
    const { params, buffers } = await loadCheckpoint(other);
    const { steps } = await run({ ...cosine(newFolder(), 9), start: { params, buffers } });
    expect(steps).toHaveLength(9);
    tf.dispose([params, buffers] as never);
  });

  it.each<[string, (options: Options) => Options]>([
    ['run.seed', (options) => ({ ...options, seed: 4 })],
    ['run.accumulate', (options) => ({ ...options, accumulate: 2 })],
    ['run.clipNorm', (options) => ({ ...options, clipNorm: 1 })],
    ['run.average', (options) => ({ ...options, average: { decay: 0.5 } })],
    ['run.start', (options) => ({ ...options, start: { params: { scale: tf.scalar(2) } } })],
    ['optimizer.weightDecay', (options) => ({ ...options, optimizer: adamW({ weightDecay: 0 }) })],
    ['optimizer.is', (options) => ({ ...options, optimizer: sgd() })],
    ['schedule.base', (options) => ({ ...options, schedule: constantSchedule({ base: 0.1 }) })],
    ['batches.clips', (options) => ({ ...options, batches: points(5) })],
    ['objective.is', (options) => ({ ...options, objective: regression() })],
  ])('is refused under another %s, unfinished or finished', async (option, change) => {
    const into = newFolder();
    const refused = { code: 'CHECKPOINT_MISMATCH', message: expect.stringContaining(option) };
    await run(base(into), stopAt(3));
    await expect(run(change(base(into)))).rejects.toMatchObject(refused);
    await run(base(into));
    await expect(run(change(base(into)))).rejects.toMatchObject(refused);
  });

  it('is not made shorter', async () => {
    const into = newFolder();
    await run(base(into), stopAt(3));
    await expect(run({ ...base(into), steps: 8 })).rejects.toThrow('run.steps: 9, now 8');
    await expect(run({ ...base(into), steps: 2 })).rejects.toThrow('step 3 of 2');
  });

  it('takes a start without tensors for none', async () => {
    const into = newFolder();
    await run(base(into), stopAt(3));
    expect((await run({ ...base(into), start: {} })).end).toMatchObject({ reason: 'completed' });
  });

  it('takes other engines and calls of other lengths for the same run', async () => {
    const into = newFolder();
    await run(base(into), stopAt(3));
    const cpu = await cpuEngine();
    const { end } = await run({ ...base(into, 5), engine: cpu, stepsPerCall: 2 });
    expect(end).toMatchObject({ reason: 'completed' });
    await cpu.dispose();
  });

  it('has its folder to itself', async () => {
    const into = newFolder();
    const first = trainer(base(into));
    await first.next();
    await expect(run(base(into))).rejects.toMatchObject({ code: 'RUN_LOCKED' });
    await first.return(undefined);
    expect((await run(base(into))).end).toMatchObject({ step: 9 });
  });
});
