import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { loadVideoMaeEncoder, type Params } from '@tgm/models';
import type { Json } from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCheckpoint } from '../../checkpoint/load-checkpoint.js';
import { adamW } from '../../optimizers/adamw.js';
import { sgd } from '../../optimizers/sgd.js';
import { constantSchedule } from '../../schedules/constant.js';
import type { Batches } from '../../trainer/batches.js';
import type { EndEvent } from '../../trainer/events.js';
import { trainer } from '../../trainer/trainer.js';
import type { TrainerOptions } from '../../trainer/trainer-options.js';
import type { MaskedBatch } from '../masked-batch.js';
import { ENGINES, tinyEncoder } from '../tiny-batch.test-support.js';
import { type PresetName, small } from './small-presets.test-support.js';
import { viewBatch } from './view-batch.test-support.js';
import { viewContrast } from './view-contrast.js';
import type { ViewContrastOptions } from './view-contrast-options.js';

/** Noise without end; so many clips that follow each other are of one sample. */
function noise(options: ViewContrastOptions, clips: number, perSample: number): Batches<MaskedBatch> {
  const { needs } = viewContrast(options);
  return {
    describe: () => ({ is: 'noise', clips }),
    open(after?: Json) {
      let next = (after as number | undefined) ?? 0;
      return {
        async next() {
          const first = clips * next;
          const numbers = Array.from({ length: clips }, (_, clip) => first + clip);
          const samples = numbers.map((number) => Math.floor(number / perSample));
          const parts = numbers.map((number, clip) =>
            viewBatch(options.model, needs.views, [samples[clip]!], number),
          );
          next++;
          return {
            tensors: joined(parts),
            ids: samples.map(String),
            clips,
            after: next,
            replaced: [],
            release: () => undefined,
          };
        },
        async close() {},
      };
    },
  };
}

/** Batches of one clip each as one. */
function joined(parts: readonly MaskedBatch[]): MaskedBatch {
  const join = (nodes: readonly object[]): object =>
    nodes[0] instanceof tf.Tensor
      ? tf.concat(nodes as tf.Tensor[])
      : Object.fromEntries(
          Object.keys(nodes[0]!).map((name) => [name, join(nodes.map((node) => node[name as never]))]),
        );
  const batch = join(parts) as MaskedBatch;
  tf.dispose(parts as never);
  return batch;
}

/** Reads tensors and disposes them. */
async function numbersOf(tensors: Params): Promise<Record<string, readonly number[]>> {
  const read: Record<string, readonly number[]> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    read[name] = Array.from(await tensor.data());
    tensor.dispose();
  }
  return read;
}

/** Euclidean. */
const distance = (some: readonly number[], others: readonly number[]): number =>
  Math.hypot(...some.map((value, at) => value - others[at]!));

describe.each(ENGINES)('a run of viewContrast on $name', { timeout: 120_000 }, ({ make }) => {
  let engine: Engine;
  let folder: string;
  let runs = 0;
  beforeAll(async () => {
    engine = await make();
    folder = await mkdtemp(join(tmpdir(), 'tgm-view-contrast-'));
  });
  afterAll(async () => {
    await engine.dispose();
    await rm(folder, { recursive: true });
  });

  type Change = Partial<TrainerOptions<MaskedBatch>>;

  /** Parameters and buffers at the end of a run, as numbers. */
  async function end(options: ViewContrastOptions, change: Change = {}, clips = 4, perSample = 1) {
    const events = trainer({
      engine,
      objective: viewContrast(options),
      batches: noise(options, clips, perSample),
      optimizer: sgd({ momentum: 0 }),
      schedule: constantSchedule({ base: 0.01 }),
      steps: 3,
      seed: 5,
      ...change,
    });
    let last: EndEvent | undefined;
    for await (const event of events) if (event.type === 'end') last = event;
    return { params: await numbersOf(last!.params), buffers: await numbersOf(last!.buffers) };
  }

  const queueOf = (queue: number) => small('mocoV1', { keys: { queue } });

  it.each([
    // 4 keys a step; the places of each step's keys, the oldest being overwritten, and the next place.
    ['that is a multiple of the batch', 8, [8, 9, 10, 11, 4, 5, 6, 7], 4],
    ['that is none', 7, [7, 8, 9, 10, 11, 5, 6], 5],
    ['that is smaller than the batch', 3, [9, 10, 11], 0],
    ['that is not full yet', 14, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, -1, -1], 12],
  ] as const)('keeps the newest keys in a queue %s', async (_name, size, samples, place) => {
    const options = queueOf(size);
    const { buffers } = await end(options);
    expect(buffers['view_contrast.queue_place']).toEqual([place]);
    const keys = Array.from({ length: size }, (_, row) =>
      buffers['view_contrast.queue_sample_keys']!.slice(2 * row, 2 * row + 2),
    );
    expect(keys).toEqual(samples.map((sample) => (sample < 0 ? [0, 0] : [sample, 7])));
    const { buffers: drawn } = viewContrast(options).init(seededRandom(5, 'init'), {});
    const first = Array.from(drawn!['view_contrast.queue']!.dataSync());
    const rows = (numbers: readonly number[], row: number) => numbers.slice(6 * row, 6 * row + 6);
    for (const [row, sample] of samples.entries()) {
      const now = rows(buffers['view_contrast.queue']!, row);
      expect(Math.hypot(...now)).toBeCloseTo(1, 5);
      if (sample < 0) expect(now).toEqual(rows(first, row));
      else expect(now).not.toEqual(rows(first, row));
    }
  });

  it('queues what the target said of the clips, in their order', async () => {
    // Without a rate all parameters stay, so that the target is the encoder.
    const still = { schedule: constantSchedule({ base: 0 }) };
    const options = queueOf(8);
    const { params, buffers } = await end(options, still);
    const { model } = options;
    const compute = engine.compile((given: { weight: tf.Tensor; params: Params; batch: MaskedBatch }) => {
      const { tokens, positions } = given.batch.views.second!;
      const rows = tf.matMul(
        tf.mean(model.encode(given.params, tokens, positions), 1) as tf.Tensor2D,
        given.weight as tf.Tensor2D,
        false,
        true,
      );
      return { keys: tf.div(rows, tf.norm(rows, 2, 1, true)) };
    });
    const tensors = Object.fromEntries(
      model.parameters.map(({ name, shape }) => [name, tf.tensor([...params[name]!], [...shape])]),
    );
    const weight = tf.tensor2d([...params['view_contrast.projection.layer0.weight']!], [6, 12]);
    const parts = [8, 9, 10, 11, 4, 5, 6, 7].map((sample) =>
      viewBatch(model, ['first', 'second'], [sample], sample),
    );
    const { keys } = await compute({ weight, params: tensors, batch: joined(parts) });
    const wanted = Array.from(await keys.data());
    buffers['view_contrast.queue']!.forEach((value, at) => {
      expect(value).toBeCloseTo(wanted[at]!, 5);
    });
  });

  it.each([
    ['as it is told', undefined],
    ['less and less', 3],
  ])('moves the target %s, at the beginning of each step', async (_name, rampSteps) => {
    const momentum = 0.9;
    const options = small('byol', { target: { momentum, ...(rampSteps ? { rampSteps } : {}) } });
    // The parameters before the first step and behind each of the first two.
    const behind = [
      (await drawn(options)).params,
      ...(await Promise.all([1, 2].map((steps) => end(options, { steps })))).map(({ params }) => params),
    ];
    const { buffers } = await end(options);
    for (const name of Object.keys(buffers).filter((each) => each.startsWith('view_contrast.target.'))) {
      const followed = name.slice('view_contrast.target.'.length);
      const moved = behind.slice(0, 3).reduce<readonly number[]>((target, params, step) => {
        const share = rampSteps
          ? 1 - ((1 - momentum) * (1 + Math.cos((Math.PI * step) / rampSteps))) / 2
          : momentum;
        return target.map((value, at) => share * value + (1 - share) * params[followed]![at]!);
      }, behind[0]![followed]!);
      buffers[name]!.forEach((value, at) => {
        expect(value).toBeCloseTo(moved[at]!, 6);
      });
    }
    const far = 'view_contrast.target.view_contrast.projection.layer0.weight';
    expect(buffers[far]).not.toEqual(behind[0]![far.slice('view_contrast.target.'.length)]);
  });

  /** Parameters and buffers before the first step of a run. */
  async function drawn(options: ViewContrastOptions) {
    const { params, buffers = {} } = viewContrast(options).init(seededRandom(5, 'init'), {});
    return { params: await numbersOf(params), buffers: await numbersOf(buffers) };
  }

  it('begins the target as a copy of what the run starts with', async () => {
    const options = small('mocoV2');
    const name = options.model.parameters[0]!.name;
    const given = tf.fill(options.model.parameters[0]!.shape as number[], 0.25);
    const still = {
      schedule: constantSchedule({ base: 0 }),
      steps: 1,
      start: { params: { [name]: given } },
    };
    const { params, buffers } = await end(options, still);
    for (const [buffer, values] of Object.entries(buffers)) {
      if (!buffer.startsWith('view_contrast.target.')) continue;
      const followed = buffer.slice('view_contrast.target.'.length);
      values.forEach((value, at) => {
        expect(value, followed).toBeCloseTo(params[followed]![at]!, 6);
      });
    }
    expect(params[name]![0]).toBe(0.25);
    expect(Object.keys(buffers).filter((each) => each.includes('target'))).toHaveLength(
      options.model.parameters.length + 4,
    );
  });

  it.each<PresetName>(['mocoV1', 'mocoV2', 'byol', 'nnclr', 'swav'])(
    '%s: steps in parts come to the buffers and parameters of whole ones',
    async (preset) => {
      const options = small(preset);
      const fast = { schedule: constantSchedule({ base: 0.1 }) };
      const before = await drawn(options);
      const whole = await end(options, fast, 8);
      for (const accumulate of [2, 4]) {
        const parts = await end(options, { ...fast, accumulate }, 8 / accumulate);
        for (const kind of ['params', 'buffers'] as const) {
          expect(Object.keys(parts[kind])).toEqual(Object.keys(whole[kind]));
          for (const [name, values] of Object.entries(whole[kind])) {
            const moved = distance(values, before[kind][name]!);
            // Rounding moves a bias before a batch norm, which has no gradient, by up to 2e-7.
            expect(distance(parts[kind][name]!, values), name).toBeLessThan(1e-3 * moved + 5e-7);
          }
        }
      }
    },
  );

  it('ends where all clips of each step are of one sample, and there is nothing to tell apart', async () => {
    const steps = 17;
    await expect(end(small('simclr'), { steps }, 4, 4)).rejects.toMatchObject({
      code: 'NO_NEGATIVES',
      received: 'one sample in each step, for the first 64 clips',
    });
    // Two samples in a step of two parts, negatives in a queue, none at all.
    for (const [preset, accumulate] of [
      ['simclr', 2],
      ['mocoV1', 1],
      ['byol', 1],
    ] as const) {
      await end(small(preset), { steps, accumulate }, 4, 4);
    }
  });

  it.each<[PresetName, Partial<ViewContrastOptions>]>([
    ['mocoV2', {}],
    ['byol', { target: { momentum: 0.9, rampSteps: 6 } }],
    ['nnclr', {}],
    ['swav', {}],
  ])('%s goes on bit for bit', async (preset, change) => {
    const options = small(preset, change);
    const into = join(folder, `${runs++}`);
    const other = join(folder, `${runs++}`);
    const long = { steps: 5, optimizer: adamW() };
    const once = await end(options, { ...long, checkpoint: { folder: other, every: 9 } });
    const controller = new AbortController();
    const events = trainer({
      engine,
      objective: viewContrast(options),
      batches: noise(options, 4, 1),
      schedule: constantSchedule({ base: 0.01 }),
      seed: 5,
      ...long,
      signal: controller.signal,
      stepsPerCall: 1,
      checkpoint: { folder: into, every: 9 },
    });
    for await (const event of events) {
      if (event.type === 'step' && event.step === 3) controller.abort();
      if (event.type === 'end') tf.dispose([event.params, event.buffers] as never);
    }
    expect(await loadCheckpoint(into)).toMatchObject({ step: 3 });
    expect(await end(options, { ...long, checkpoint: { folder: into, every: 9 } })).toEqual(once);
  });

  it('is not gone on with under another option of what is compared', async () => {
    const options = small('mocoV2');
    const checkpoint = { folder: join(folder, `${runs++}`), every: 1 };
    await end(options, { checkpoint });
    for (const [name, change] of [
      ['temperature', { temperature: 0.3 }],
      ['keys.queue', { keys: { queue: 8 } }],
      ['target.momentum', { target: { momentum: 0.9 } }],
      ['projection.norm', { projection: { ...options.projection!, norm: 'hidden' } }],
      ['pairs', { pairs: [...options.pairs!, { from: 'second', to: 'first' }] }],
      ['negatives', { negatives: ['shuffled'] }],
    ] as const) {
      await expect(end({ ...options, ...change }, { checkpoint })).rejects.toMatchObject({
        code: 'CHECKPOINT_MISMATCH',
        message: expect.stringContaining(`objective.${name}`),
      });
    }
  });

  it('saves the encoder as others read it', async () => {
    const options = small('mocoV2');
    const into = join(folder, `${runs++}`);
    const { params } = await end(options, { checkpoint: { folder: into, every: 3 } });
    const loaded = await loadCheckpoint(into);
    expect(loaded.architecture).toBe('VideoMAEModel');
    expect(loaded.model!.config).toEqual(tinyEncoder().config);
    expect(Object.keys(loaded.buffers)).toContain('view_contrast.queue');
    const encoder = await loadVideoMaeEncoder(loaded.path);
    expect(Object.keys(encoder.params)).toEqual(tinyEncoder().parameters.map(({ name }) => name));
    for (const [name, tensor] of Object.entries(encoder.params)) {
      expect(Array.from(await tensor.data())).toEqual(params[name]);
    }
  });
});
