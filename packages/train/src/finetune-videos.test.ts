import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadVideoMaeClassifier, videoMaeClassifier } from '@tgm/models';
import { cpuEngine, type Engine } from '@tgm/tfjs-backend-onnx';
import { fineTuningRecipe, readVideoFolder, videoPool } from '@tgm/video-io';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shuffled } from './data/shuffled.js';
import { writeStripes } from './data/test-videos.test-support.js';
import { videoExamples } from './data/video-examples.js';
import { finetune } from './finetune.js';
import { tinyClassifier } from './objectives/tiny-batch.test-support.js';
import { adamW } from './optimizers/adamw.js';
import { runToEnd } from './pretrain.test-support.js';
import { constantSchedule } from './schedules/constant.js';
import type { StepEvent } from './trainer/events.js';

let folder: string;
let engine: Engine;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-finetune-videos-'));
  for (const [name, stripe] of [
    ['coarse', 9],
    ['fine', 2],
  ] as const) {
    await mkdir(join(folder, 'videos', name), { recursive: true });
    for (const at of [0, 1, 2])
      await writeStripes(join(folder, 'videos', name), `v${at}`, { stripe: stripe + at / 4, speed: 1 });
  }
  await writeFile(join(folder, 'videos', 'fine', 'broken.mp4'), 'not a video');
  engine = await cpuEngine();
}, 60_000);
afterAll(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

/** Fine-tunes on the videos in the folders of their classes. */
async function tuned(workers: number, rest: object = {}, onStep?: (event: StepEvent) => void) {
  const pool = videoPool({ workers });
  try {
    const dataset = await readVideoFolder(join(folder, 'videos'), { classes: 'folders' });
    const recipe = fineTuningRecipe({
      frameCount: 4,
      sampling: { kind: 'dense', stride: 2 },
      size: { width: 16, height: 16 },
      clips: 2,
      flip: true,
    });
    const { labels: _, ...config } = tinyClassifier().config;
    return await runToEnd(
      finetune({
        engine,
        model: videoMaeClassifier({ ...config, labels: dataset.classes }),
        examples: shuffled(videoExamples({ dataset, pool, recipe }), {
          badSamples: { kind: 'replace', limit: 1 },
        }),
        optimizer: adamW({ betas: [0.9, 0.999] }),
        schedule: constantSchedule({ base: 3e-3 }),
        batchSize: 4,
        steps: 5,
        seed: 2,
        ...rest,
      }),
      onStep,
    );
  } finally {
    await pool.close();
  }
}

describe('fine-tuning on a folder of videos', { timeout: 120_000 }, () => {
  it('takes the folders for classes, and goes on as itself with other threads after a stop', async () => {
    const whole = await tuned(1);
    expect(whole.steps.flatMap(({ replaced }) => replaced)).toMatchObject([{ id: 'fine/broken.mp4' }]);
    const checkpoint = { folder: join(folder, 'run'), every: 100 };
    const controller = new AbortController();
    const { signal } = controller;
    const stopped = await tuned(2, { checkpoint, signal }, ({ step }) => step === 2 && controller.abort());
    expect(stopped.end).toMatchObject({ reason: 'stopped', step: 2 });
    const resumed = await tuned(3, { checkpoint });
    expect(resumed.weights).toEqual(whole.weights);
    const { model } = await loadVideoMaeClassifier(resumed.end.checkpoint!);
    expect(model.config.labels).toEqual(['coarse', 'fine']);
    const json = JSON.parse(await readFile(join(resumed.end.checkpoint!, 'config.json'), 'utf8'));
    expect(json.architectures).toEqual(['VideoMAEForVideoClassification']);
  });

  it('refuses a classifier of the same classes in another order', async () => {
    const { labels: _, ...config } = tinyClassifier().config;
    const model = videoMaeClassifier({ ...config, labels: ['fine', 'coarse'] });
    await expect(tuned(1, { model })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      where: 'labelledBatches, option model',
      expected: expect.stringContaining('["coarse", "fine"]'),
      received: expect.stringContaining('["fine", "coarse"]'),
    });
  });
});
