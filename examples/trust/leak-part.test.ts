import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LEAK_MASKS } from './leak-masks.js';
import { leakPart } from './leak-part.js';
import type { TrustRow, TrustWork } from './part.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-leak-'));
});
afterAll(() => rm(folder, { recursive: true }));

it('tells a row for each mask and kind of text, and shows them in one table', {
  timeout: 300_000,
}, async () => {
  const engine = await onnxEngine({ threads: 1 });
  const rows: TrustRow[] = [];
  const work: TrustWork = {
    ...{ clips: 12, seed: 0, quick: true, data: folder, out: folder, workers: 2, engine },
    signal: new AbortController().signal,
    known: () => Promise.reject(new Error('the leak has clips of its own')),
    tell: (row) => void rows.push(row),
  };
  const masks = LEAK_MASKS.filter(({ name }) => ['random', 'attention'].includes(name));
  const { tables } = await leakPart(masks)
    .measure(work)
    .finally(() => engine.dispose());
  expect(rows.map(({ mask, text }) => `${mask}: ${text}`).sort()).toEqual([
    'attention: tiny CLIP',
    'attention: words',
    'random: tiny CLIP',
    'random: words',
  ]);
  for (const row of rows) {
    expect(row).toMatchObject({ table: 'leak', clips: 24, batchSize: 24 });
    const { bits, low, high, loss, baseline, probe } = row as Record<string, number>;
    expect(bits).toBeCloseTo((baseline! - loss!) / Math.LN2, 9);
    expect(low! <= bits! && bits! <= high!).toBe(true);
    expect(probe).toBeGreaterThanOrEqual(0);
  }
  expect(new Set(rows.map(({ untrained }) => untrained)).size).toBe(1);
  expect(tables[0]!.rows.map(({ name, cells }) => [name, cells.length])).toEqual([
    ['random', 4],
    ['attention', 4],
  ]);
});
