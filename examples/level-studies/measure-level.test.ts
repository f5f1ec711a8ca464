import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { videoPool } from '@tgm/video-io';
import { expect, test } from 'vitest';
import { LEVELS } from '../moving-shapes/level.js';
import { MODEL_FREE_NAMES } from '../moving-shapes/model-free.js';
import { demoModel } from '../start/demo-model.js';
import { measureLevel } from './measure-level.js';

test('measureLevel makes, decodes and probes a level', { timeout: 180_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'moving-shapes-'));
  const pool = videoPool({ workers: 1 });
  const engine = await onnxEngine({ threads: 1 });
  const { signal } = new AbortController();
  // Where a shape grows, more changes in the end than in the beginning.
  const level = { ...LEVELS.actions, actions: ['grow', 'shrink'], camera: 'rests', inPairs: true } as const;
  try {
    const model = demoModel();
    const encoders = { untrained: { model, params: model.init(seededRandom('init')) } };
    const given = { folder, level, train: 48, test: 24, seed: 0, pool, engine, encoders, signal };
    const figures = await measureLevel(given);
    expect(Object.keys(figures)).toEqual([...MODEL_FREE_NAMES, 'untrained']);
    expect(figures.untrained!.top1).toBeGreaterThan(0);
    expect(figures.changes.top1).toBeGreaterThan(70); // a coin, 24 times: 50, with a deviation of 10
    expect(figures.changes.both).toBeGreaterThan(40);
    expect(figures.histogram.both).toBeLessThan(25);
  } finally {
    await engine.dispose();
    await pool.close();
    await rm(folder, { recursive: true });
  }
});
