import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reconstructionLoss } from '@tgm/losses';
import { flowGuidedMasking, motionGuidedMasking, randomMasking } from '@tgm/masking';
import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import {
  datasetOf,
  pretrainingRecipe,
  testRecipe,
  type VideoDataset,
  type VideoSample,
  videoPool,
} from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clipExamples } from './data/clip-examples.js';
import { type DecodedClip, decodeClips } from './data/decode-clips.js';
import type { Examples } from './data/examples.js';
import { type ShuffledOptions, shuffled } from './data/shuffled.js';
import { writeStripes } from './data/test-videos.test-support.js';
import { videoExamples } from './data/video-examples.js';
import { tinyModel } from './objectives/tiny-batch.test-support.js';
import { adamW } from './optimizers/adamw.js';
import { pretrain } from './pretrain.js';
import { runToEnd } from './pretrain.test-support.js';
import { constantSchedule } from './schedules/constant.js';

const size = { width: 16, height: 16 };
const STEPS = 6;

let folder: string;
let samples: VideoSample[];
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-pretrain-videos-'));
  samples = await Promise.all(
    [2, 3, 4, 5].map((stripe) => writeStripes(folder, `v${stripe}`, { stripe, speed: 2 })),
  );
  await writeFile(join(folder, 'broken.mp4'), 'not a video');
  engine = await cpuEngine();
}, 60_000);
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

const sound = () => datasetOf('stripes', samples);
const withBroken = () =>
  datasetOf('stripes', [...samples, { id: 'broken', source: join(folder, 'broken.mp4'), captions: [] }]);

const optionsOf = (examples: Examples<object>, rest: object = {}) => ({
  engine,
  model: tinyModel(),
  examples,
  masking: randomMasking({ ratio: 0.5 }),
  losses: [{ loss: reconstructionLoss(), weight: 1 }],
  optimizer: adamW(),
  schedule: constantSchedule({ base: 1e-3 }),
  batchSize: 2,
  steps: STEPS,
  seed: 5,
  ...rest,
});

/** Pre-trains on videos on disk. */
async function trained(
  dataset: VideoDataset,
  workers: number,
  shuffling: ShuffledOptions,
  rest: object = {},
) {
  const pool = videoPool({ workers });
  try {
    const recipe = pretrainingRecipe({ frameCount: 4, stride: 2, size, clips: 2 });
    const examples = shuffled(videoExamples({ dataset, pool, recipe }), shuffling);
    return await runToEnd(pretrain(optionsOf(examples, rest)));
  } finally {
    await pool.close();
  }
}

describe('pre-training on videos, without captions', { timeout: 120_000 }, () => {
  const replace = { kind: 'replace', limit: 1 } as const;

  it('streams from disk, and goes on as itself with other threads after a stop', async () => {
    const whole = await trained(withBroken(), 1, { badSamples: replace });
    expect(whole.steps).toHaveLength(STEPS);
    const replaced = whole.steps.flatMap((step) => step.replaced);
    expect(replaced).toMatchObject([{ id: 'broken', code: 'VIDEO_UNREADABLE' }]);

    const checkpoint = { folder: join(folder, 'checkpoints'), every: 100 };
    for (const stop of [2, 4]) {
      const controller = new AbortController();
      const pool = videoPool({ workers: 2 });
      const recipe = pretrainingRecipe({ frameCount: 4, stride: 2, size, clips: 2 });
      const examples = shuffled(videoExamples({ dataset: withBroken(), pool, recipe }), {
        prefetch: stop,
        badSamples: replace,
      });
      const events = pretrain(optionsOf(examples, { checkpoint, signal: controller.signal }));
      const { end } = await runToEnd(events, ({ step }) => step === stop && controller.abort());
      await pool.close();
      expect(end).toMatchObject({ reason: 'stopped', step: stop });
    }
    const resumed = await trained(withBroken(), 3, { prefetch: 9, badSamples: replace }, { checkpoint });
    expect(resumed.steps.map(({ step }) => step)).toEqual([5, 6]);
    expect(resumed.weights).toEqual(whole.weights);
  });

  it('ends with the name of the sample where bad ones are not allowed, and keeps the work until then', async () => {
    const checkpoint = { folder: join(folder, 'failing'), every: 100 };
    const failing = trained(withBroken(), 2, {}, { checkpoint });
    await expect(failing).rejects.toMatchObject({
      code: 'EXAMPLE_FAILED',
      where: 'Sample "broken"',
      cause: { code: 'VIDEO_UNREADABLE' },
    });
    const resumed = await trained(withBroken(), 2, { badSamples: replace }, { checkpoint });
    const whole = await trained(withBroken(), 2, { badSamples: replace });
    expect(resumed.weights).toEqual(whole.weights);
  });

  it('follows the flow of the codec through each clip', async () => {
    const pool = videoPool({ workers: 2 });
    try {
      const recipe = pretrainingRecipe({ frameCount: 4, stride: 2, size, clips: 2 });
      const source = videoExamples({ dataset: sound(), pool, recipe, flow: { grid: tinyModel().grid } });
      const { steps } = await runToEnd(
        pretrain({
          ...optionsOf(shuffled(source)),
          examples: shuffled(source),
          masking: flowGuidedMasking({ ratio: 0.5 }),
        }),
      );
      expect(steps).toHaveLength(STEPS);
      for (const { terms } of steps) expect(Number.isFinite(terms.reconstruction)).toBe(true);
    } finally {
      await pool.close();
    }
  });

  it('takes clips that were decoded into memory', async () => {
    const pool = videoPool({ workers: 2 });
    const recipe = testRecipe({
      sampling: { kind: 'dense', stride: 2 },
      frameCount: 4,
      size,
      clips: 2,
      crops: 1,
    });
    const { grid } = tinyModel();
    const clips: DecodedClip[] = [];
    for await (const decoded of decodeClips({ dataset: sound(), pool, recipe, grid, concurrency: 4 }))
      if ('clips' in decoded) clips.push(...decoded.clips);
    await pool.close();
    const { steps } = await runToEnd(
      pretrain({
        ...optionsOf(shuffled(clipExamples(clips))),
        examples: shuffled(clipExamples(clips)),
        masking: motionGuidedMasking({ ratio: 0.5 }),
      }),
    );
    expect(steps).toHaveLength(STEPS);
    for (const { terms } of steps) expect(Number.isFinite(terms.reconstruction)).toBe(true);
  });
});
