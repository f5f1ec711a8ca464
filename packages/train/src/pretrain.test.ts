import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { reconstructionLoss } from '@tgm/losses';
import { randomSliceMasking, type TokenGrid } from '@tgm/masking';
import { loadVideoMae } from '@tgm/models';
import { TgmError } from '@tgm/options';
import { cpuEngine, type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adamW } from './adamw.js';
import { pretrain } from './pretrain.js';
import { cosineSchedule } from './schedule.js';
import { joint, noiseExamples, runToEnd, STEPS, tinyModel, tinyOptions } from './tiny-run.test-support.js';

let engine: Engine;
let folder: string;

beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'tgm-train-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await engine.dispose();
});

describe('pretrain', { timeout: 60_000 }, () => {
  it('gives the same losses traced and eager, and the same bits twice', async () => {
    const traced = await runToEnd(tinyOptions(engine));
    const again = await runToEnd(tinyOptions(engine));
    expect(again.weights).toEqual(traced.weights);
    const eager = await runToEnd(tinyOptions(await cpuEngine()));
    expect(eager.steps.map((step) => step.step)).toEqual([1, 2, 3, 4, 5]);
    for (const [index, step] of traced.steps.entries()) {
      const other = eager.steps[index]!;
      expect(Math.abs(step.total - other.total)).toBeLessThan(1e-4 * Math.abs(other.total));
      for (const [name, value] of Object.entries(step.terms)) {
        expect(Math.abs(value - other.terms[name]!)).toBeLessThan(1e-4 * Math.abs(value));
      }
    }
    expect(traced.steps[0]!.total).toBeCloseTo(
      Object.values(traced.steps[0]!.terms).reduce((sum, term) => sum + term, 0),
      4,
    );
  });

  it('gives the same bits with several steps in a call, up to the end and to each checkpoint', async () => {
    const single = await runToEnd(tinyOptions(engine));
    const seen: number[] = [];
    const counting: Engine = {
      ...engine,
      compile: (fn, options) => {
        const call = engine.compile(fn, options);
        return (inputs) => {
          const { batches } = inputs as unknown as { batches?: readonly unknown[] };
          if (batches) seen.push(batches.length);
          return call(inputs);
        };
      },
    };
    const course = ({ steps }: { steps: readonly { total: number; learningRate: number }[] }) =>
      steps.map(({ total, learningRate }) => [total, learningRate]);
    const several = await runToEnd({ ...tinyOptions(counting), stepsPerCall: 3 });
    expect([several.weights, course(several)]).toEqual([single.weights, course(single)]);
    const checkpoint = { folder: join(folder, 'several'), every: 2 };
    const copied = await runToEnd({ ...tinyOptions({ ...counting, keepsState: false }), checkpoint });
    expect([copied.weights, course(copied)]).toEqual([single.weights, course(single)]);
    expect(seen).toEqual([3, 2, 2, 2, 1]);
  });

  it('learns: the reconstruction of two clips falls below the mean baseline', async () => {
    const examples = noiseExamples();
    const steps = 150;
    const { steps: events } = await runToEnd({
      ...tinyOptions(engine),
      examples: { length: 2, load: examples.load },
      masking: randomSliceMasking({ ratio: 0.5 }),
      losses: [{ loss: reconstructionLoss(), weight: 1 }],
      optimizer: adamW({ weightDecay: 0 }),
      schedule: cosineSchedule({ base: 2e-2, steps }),
      steps,
    });
    const last = events.at(-1)!;
    expect(last.baseline).toBeGreaterThan(0.98);
    expect(last.terms.reconstruction).toBeLessThan(0.9 * last.baseline);
  });

  it('goes on after a stop as if it had never stopped', async () => {
    const straight = await runToEnd(tinyOptions(engine));
    const stop = new AbortController();
    const checkpoint = { folder: join(folder, 'stopped'), every: 100 };
    const first = await runToEnd({ ...tinyOptions(engine), checkpoint, signal: stop.signal }, (event) => {
      if (event.step === 2) stop.abort();
    });
    expect(first.end.reason).toBe('stopped');
    expect(first.end.step).toBe(2);
    const second = await runToEnd({ ...tinyOptions(engine), checkpoint });
    expect(second.end.reason).toBe('completed');
    expect(second.steps.map((step) => step.step)).toEqual([3, 4, 5]);
    expect(second.weights).toEqual(straight.weights);
    expect(await readdir(checkpoint.folder)).toEqual([`step-0000000${STEPS}`]);
  });

  it('writes a checkpoint that opens as a model with the trained weights', async () => {
    const checkpoint = { folder: join(folder, 'opened'), every: 100 };
    const { end, weights } = await runToEnd({ ...tinyOptions(engine), checkpoint });
    const { model, params } = await loadVideoMae(end.checkpoint!);
    expect(model.config).toEqual(tinyModel().config);
    for (const [name, value] of Object.entries(params)) {
      expect(await value.data()).toEqual(weights[name]);
      value.dispose();
    }
  });

  it('refuses to continue under other settings', async () => {
    const checkpoint = { folder: join(folder, 'other'), every: 100 };
    await runToEnd({ ...tinyOptions(engine), checkpoint });
    const before = tf.memory().numTensors;
    await expect(runToEnd({ ...tinyOptions(engine), checkpoint, seed: 8 })).rejects.toMatchObject({
      code: 'CHECKPOINT_MISMATCH',
      where: expect.stringContaining(checkpoint.folder),
      expected: expect.stringMatching(/ seed 7$/),
      received: 'seed 8',
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('names the sample that has no caption', async () => {
    const examples = noiseExamples();
    const silent = {
      length: 6,
      load: async (index: number, random: () => number) => {
        const { id, frames, cues } = await examples.load(index, random);
        return { id, frames, cues };
      },
    };
    await expect(runToEnd({ ...tinyOptions(engine), examples: silent })).rejects.toMatchObject({
      code: 'TEXT_MISSING',
      where: expect.stringMatching(/^Example "noise \d"$/),
      received: 'no caption',
    });
  });

  it('stops at a loss that is not finite and keeps the last good checkpoint', async () => {
    const checkpoint = { folder: join(folder, 'not-finite'), every: 1 };
    const options = { ...tinyOptions(engine), checkpoint };
    const schedule = (step: number) => (step === 1 ? Number.NaN : 1e-3);
    await expect(runToEnd({ ...options, schedule })).rejects.toMatchObject({
      code: 'LOSS_NOT_FINITE',
      where: 'pretrain, step 2',
      received: expect.stringContaining('learning rate NaN'),
    });
    const { weights } = await runToEnd({ ...options, schedule: () => 1e-3 });
    for (const values of Object.values(weights)) expect(values.every(Number.isFinite)).toBe(true);
  });

  it('leaks no tensors', async () => {
    const before = tf.memory().numTensors;
    await runToEnd(tinyOptions(engine));
    expect(tf.memory().numTensors).toBe(before);
  });

  it.each([
    [{ batchSize: 0 }, 'pretrain, option batchSize', '0'],
    [{ steps: 1.5 }, 'pretrain, option steps', '1.5'],
    [{ reconstructShare: 0 }, 'pretrain, option reconstructShare', '0'],
    [{ stepsPerCall: 0 }, 'pretrain, option stepsPerCall', '0'],
    [{ losses: [] }, 'pretrain, option losses', '[]'],
    [{ checkpoint: { folder: 'x', every: 0 } }, 'pretrain, option checkpoint.every', '0'],
    [{ checkpoint: { folder: 'x', every: Number.NaN } }, 'pretrain, option checkpoint.every', 'NaN'],
    [
      { losses: [joint[0]!, joint[0]!] },
      'pretrain, option losses',
      `${joint[0]!.loss.name}, ${joint[0]!.loss.name}`,
    ],
    [
      { masking: randomSliceMasking({ ratio: 0 }) },
      expect.stringMatching(/^Masking strategy "random-slice" \(ratio 0\), clip "noise \d"$/),
      'none',
    ],
  ])('refuses %o', async (change, where, received) => {
    const error = await runToEnd({ ...tinyOptions(engine), ...change }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(TgmError);
    expect(error).toMatchObject({ name: 'TrainError', code: 'OPTION_INVALID', where, received });
    expect(error.message).toBe(`${error.where}: expected ${error.expected}, got ${received}.`);
  });

  it('refuses an empty source', async () => {
    const examples = { ...noiseExamples(), length: 0 };
    await expect(runToEnd({ ...tinyOptions(engine), examples })).rejects.toMatchObject({
      code: 'NO_EXAMPLES',
      where: 'pretrain, option examples',
    });
  });

  it('names the strategy and the clip whose tokens are of another number', async () => {
    let calls = 0;
    const uneven = {
      name: 'uneven',
      ratio: 0.5,
      requires: [],
      describe: () => ({ is: 'uneven' }),
      mask: ({ grid }: { grid: TokenGrid }) => {
        calls += 1;
        const masked = calls % 2 ? Uint32Array.of(2, 3) : Uint32Array.of(2);
        return { grid, visible: Uint32Array.of(0, 1), masked };
      },
    };
    await expect(runToEnd({ ...tinyOptions(engine), masking: uneven })).rejects.toMatchObject({
      code: 'MASK_COUNT_CHANGED',
      where: 'Masking strategy "uneven", clip 1 of a batch',
      expected: 'as many tokens as for clip 0, 2',
      received: '1',
    });
  });

  it('does not compile with text masks and no text cue', () => {
    const { examples, ...rest } = tinyOptions(engine);
    const cueless = {
      length: examples.length,
      load: async () => ({ id: 'a', frames: new Uint8Array(), cues: {} }),
    };
    // @ts-expect-error: text-guided masking reads the cue `text`, which these examples do not have.
    pretrain({ ...rest, examples: cueless });
    pretrain({
      ...rest,
      examples: cueless,
      masking: randomSliceMasking({ ratio: 0.5 }),
      contrastMasking: undefined,
    });
  });
});
