import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { FEATURE_LOSSES, featureLoss, type Loss, pixelTarget, reconstructionLoss } from '@tgm/losses';
import { randomMasking, seededRandom } from '@tgm/masking';
import { clipModel, loadVideoMae, videoMae } from '@tgm/models';
import { type Engine, onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { latestCheckpoint } from './checkpoint/find-checkpoint.js';
import type { ExampleSource } from './data/examples.js';
import { shuffled } from './data/shuffled.js';
import { clipModelTeacher } from './data/teachers/clip-model-teacher.js';
import { hogTeacher } from './data/teachers/hog-teacher.js';
import { standardisedTeacher } from './data/teachers/standardised-teacher.js';
import { videoMaeTeacher } from './data/teachers/video-mae-teacher.js';
import { type FeatureTeacher, withFeatures } from './data/with-features.js';
import { TINY, tinyModel } from './objectives/tiny-batch.test-support.js';
import { tinyClipModel } from './objectives/tiny-clip-model.test-support.js';
import { adamW } from './optimizers/adamw.js';
import { type PretrainOptions, pretrain } from './pretrain.js';
import { runToEnd } from './pretrain.test-support.js';
import { cosineSchedule } from './schedules/cosine.js';

let engine: Engine;
let folder: string;
beforeAll(async () => {
  engine = await onnxEngine({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'tgm-targets-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await engine.dispose();
});

const SIDE = TINY.imageSize;

/** Clips of stripes as wide as a token, each in a direction of its own: what is hidden can be told from what is seen. */
const stripes = (): ExampleSource<object> => ({
  length: 4,
  id: (index) => `stripes ${index}`,
  describe: () => ({ is: 'stripes' }),
  async load(index) {
    const [across, down] = [
      [1, 0],
      [0, 1],
      [1, 1],
      [1, -1],
    ][index]!;
    const frames = Uint8Array.from({ length: TINY.numFrames * SIDE * SIDE * 3 }, (_, at) => {
      const place = Math.floor(at / 3);
      const [row, column] = [Math.floor(place / SIDE) % SIDE, place % SIDE];
      return Math.round(
        128 + 120 * Math.sin((2 * Math.PI * (across! * column + down! * row)) / TINY.patchSize),
      );
    });
    return [{ id: `stripes ${index}`, frames, cues: {} }];
  },
});

const STEPS = 80;

const options = (loss: Loss, teacher?: FeatureTeacher): PretrainOptions<object> => ({
  engine,
  model: tinyModel(),
  examples: shuffled(teacher ? withFeatures(stripes(), teacher) : stripes()),
  masking: randomMasking({ ratio: 0.5 }),
  losses: [{ loss, weight: 1 }],
  optimizer: adamW({ weightDecay: 0 }),
  schedule: cosineSchedule({ base: 2e-2, warmupSteps: 5, steps: STEPS }),
  batchSize: 4,
  steps: STEPS,
  seed: 3,
});

/** The term and its baseline over the first and over the last 10 steps. */
async function learned(loss: Loss, teacher?: FeatureTeacher) {
  const { steps, weights } = await runToEnd(pretrain(options(loss, teacher)));
  const mean = (from: number, of: (step: (typeof steps)[number]) => number) =>
    steps
      .slice(from)
      .slice(0, 10)
      .reduce((sum, step) => sum + of(step), 0) / 10;
  const term = (step: (typeof steps)[number]) => step.terms[loss.name]!;
  return {
    first: mean(0, term),
    last: mean(STEPS - 10, term),
    baseline: mean(STEPS - 10, (step) => step.figures[`${loss.name} baseline`]!),
    weights,
  };
}

describe('pixels', { timeout: 60_000 }, () => {
  it.each(['channel', 'joint', false] as const)('are learned, normalised over %s', async (normalise) => {
    const { first, last, baseline } = await learned(
      reconstructionLoss({ target: pixelTarget({ normalise }) }),
    );
    expect(last).toBeLessThan(0.9 * first);
    expect(last).toBeLessThan(0.9 * baseline);
  });
});

describe('features', { timeout: 60_000 }, () => {
  const clip = () => {
    const { config } = tinyClipModel();
    const model = clipModel({
      ...config,
      visionConfig: { ...config.visionConfig, imageSize: 16, patchSize: 4 },
    });
    return clipModelTeacher({
      model,
      params: model.init(seededRandom('CLIP')),
      engine,
      student: tinyModel(),
    });
  };
  const mae = () => {
    const model = videoMae({ ...TINY, hiddenSize: 8 });
    return videoMaeTeacher({ model, params: model.init(seededRandom('MAE')), engine });
  };
  // Features that are standardised over the clip tell nothing of the clip but where they differ: too little for so few steps.
  it.each<[keyof typeof FEATURE_LOSSES, () => FeatureTeacher, boolean]>([
    ['hog', () => hogTeacher({ student: tinyModel() }), true],
    ['clip', clip, true],
    ['trackMae', () => standardisedTeacher(clip()), false],
    ['umt', clip, true],
    ['salt', mae, true],
  ])('are learned: %s', async (form, teacher, belowBaseline) => {
    const loss = featureLoss(FEATURE_LOSSES[form]);
    const { first, last, baseline, weights } = await learned(loss, teacher());
    expect(last).toBeLessThan(0.9 * first);
    if (belowBaseline) expect(last).toBeLessThan(0.95 * baseline);
    expect(Object.keys(weights)).toContain(`${loss.name}.head.weight`);
  });
});

it('SALT: a second stage learns the latents of the first, and goes on with the same teacher only', async () => {
  const pixels = { folder: join(folder, 'pixels'), every: 6 };
  await runToEnd(pretrain({ ...options(reconstructionLoss()), steps: 6, checkpoint: pixels }));
  const latents = { folder: join(folder, 'latents'), every: 6 };
  /** The second stage, in a model of its own widths, under a teacher that is opened again each time. */
  const second = async (path: string, steps: number) => {
    const { model, params } = await loadVideoMae(path);
    const teacher = videoMaeTeacher({ model, params, engine });
    const { steps: events } = await runToEnd(
      pretrain({
        ...options(featureLoss(FEATURE_LOSSES.salt), teacher),
        model: tinyModel({ hiddenSize: 16 }),
        steps,
        checkpoint: latents,
      }),
    );
    tf.dispose({ ...params });
    return events;
  };
  const last = (await latestCheckpoint(pixels.folder))!;
  expect((await second(last, 6)).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect((await second(last, 8)).map(({ step }) => step)).toEqual([7, 8]);
  // Six steps later the first stage is another teacher.
  await runToEnd(pretrain({ ...options(reconstructionLoss()), steps: 12, checkpoint: pixels }));
  const later = (await latestCheckpoint(pixels.folder))!;
  expect(later).not.toBe(last);
  await expect(second(later, 9)).rejects.toMatchObject({
    code: 'CHECKPOINT_MISMATCH',
    message: expect.stringContaining('batches.examples.source.teacher.params'),
  });
}, 60_000);
