import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { videoPool } from '@tgm/video-io';
import { expect, test } from 'vitest';
import { LEVELS } from '../moving-shapes/index.js';
import { levelClips } from '../moving-shapes/level-clips.js';
import type { ArmStep } from './arm-steps.js';
import { errorsText } from './completion-errors.js';
import { demoModel } from './demo-model.js';
import { resultOf } from './pretrain-arm.js';
import { reconstructionTraining } from './pretrain-tiled.js';
import { tiledStudy } from './tiled-study.js';

const STEPS = 60;
const RATIO = 0.75;
const SEED = 0;

test('reconstruction alone learns the ground of unseen clips within sixty steps', {
  timeout: 300_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tgm-tiled-'));
  const pool = videoPool({ workers: 1 });
  const engine = await onnxEngine({ threads: 1 });
  const { signal } = new AbortController();
  try {
    const model = demoModel();
    const making = { folder, level: LEVELS.tiled, train: 32, test: 8, seed: SEED, pool, signal };
    const { train, test: unseen } = await levelClips(making);
    const training = { engine, model, clips: train, ratio: RATIO, steps: STEPS, seed: SEED, signal };
    const checkpoint = { folder: join(folder, 'run'), every: STEPS };
    const steps: ArmStep[] = [];
    const result = await resultOf(
      reconstructionTraining({ ...training, checkpoint }),
      checkpoint.folder,
      (event) => void steps.push({ ...event, arm: 'tiled' }),
    );
    const given = { engine, model, clips: unseen, result, ratio: RATIO, seed: SEED, steps };
    const { study, errors } = await tiledStudy(given);
    // Of who says the mean: the share 127 / 128, as deviations are unbiased, but where a patch is flat.
    expect(errors.mean.value).toBeGreaterThan(0.95);
    expect(errors.mean.value).toBeLessThan(1);
    expect(errors.untrained.value).toBeGreaterThan(errors.mean.value);
    expect(errors.average.value).toBeLessThan(0.5 * errors.mean.value);
    expect(errors.trained.to).toBeLessThan(0.7 * errors.mean.from);
    expect(errorsText(errors)).toContain(`predict the mean ${errors.mean.value.toFixed(3)}`);
    expect(study.plot.series[0]!.points.length).toBe(STEPS);
    const [byMeans, byModel] = study.clips[0]!.reconstructions!;
    expect(byMeans!.frames).not.toEqual(byModel!.frames);
    expect(difference(byModel!.frames, study.clips[0]!.frames)).toBeLessThan(
      difference(byMeans!.frames, study.clips[0]!.frames),
    );
  } finally {
    await engine.dispose();
    await pool.close();
    await rm(folder, { recursive: true });
  }
});

/** Mean squared difference of pixels. */
const difference = (a: Uint8Array, b: Uint8Array): number =>
  a.reduce((sum, value, at) => sum + (value - b[at]!) ** 2, 0) / a.length;
