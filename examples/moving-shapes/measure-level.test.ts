import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { videoPool } from '@tgm/video-io';
import { expect, test } from 'vitest';
import { demoModel } from '../start/demo-model.js';
import { colourHistogram } from './colour-histogram.js';
import { frameChanges } from './frame-changes.js';
import { LEVELS } from './level.js';
import { measureLevel } from './measure-level.js';
import { MODEL_FREE_NAMES } from './model-free.js';
import { toldApart } from './told-apart.js';

test('toldApart counts pairs of which both clips are right', () => {
  const labels = [0, 1, 2, 3, 0, 1, 2, 3];
  expect(toldApart([0, 1, 2, 2, 1, 1, 3, 2], labels)).toBe(0.25);
  expect(toldApart(labels, labels)).toBe(1);
  // Blind to order: the same answer to both.
  expect(toldApart([0, 0, 2, 2, 1, 1, 3, 3], labels)).toBe(0);
});

test('colourHistogram shares out the pixels by fifths of each channel', () => {
  const { values, count, width } = colourHistogram([
    Uint8Array.of(0, 51, 255, 51, 52, 204, 0, 0, 0, 50, 50, 50),
    new Uint8Array(6).fill(255),
  ]);
  expect([count, width]).toEqual([2, 125]);
  const filled = (row: number) =>
    [...values.subarray(row * 125, (row + 1) * 125).entries()].filter(([, share]) => share > 0);
  // 51 / 256 * 5 = 0.996 is in the first fifth, 52 in the second; 204 in the fourth, 205 in the fifth.
  expect(filled(0)).toEqual(
    [
      [0, 0.5],
      [3 + 5, 0.25],
      [4, 0.25],
    ].sort((a, b) => a[0]! - b[0]!),
  );
  expect(filled(1)).toEqual([[124, 1]]);
});

test('frameChanges tells how far each number goes, up or down', () => {
  expect([...frameChanges(Uint8Array.of(0, 255, 7, 10, 0, 7, 4, 9, 8), 3)]).toEqual([10, 255, 0, 6, 9, 1]);
});

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
    expect(figures.changes.apart).toBeGreaterThan(40);
    expect(figures.histogram.apart).toBeLessThan(25);
  } finally {
    await engine.dispose();
    await pool.close();
    await rm(folder, { recursive: true });
  }
});
