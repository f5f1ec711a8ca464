import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { loadVideoMaeClassifier } from '@tgm/models';
import { latestCheckpoint } from '@tgm/train';
import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../moving-shapes/index.js';
import { resultTable, type SeedResult } from './result-table.js';

const result = (seed: number, pretrained: number, scratch: number): SeedResult => ({
  seed,
  tuned: {
    pretrained: { top1: pretrained, curve: [{ step: 50, top1: pretrained - 5 }] },
    scratch: { top1: scratch, curve: [] },
  },
});

describe('resultTable', () => {
  it('pairs the differences by seed', () => {
    // Differences 1, 2 and 3: mean 2, deviation 1; 4.303 / sqrt(3) = 2.48.
    const table = resultTable([result(0, 21, 20), result(1, 42, 40), result(2, 33, 30)]);
    expect(table).toContain('| 1 | 42.0 | 40.0 | 2.0 |');
    expect(table).toContain('| mean | 32.0 | 30.0 | 2.0 |');
    expect(table).toContain('2.0 ± 2.5 points');
    expect(table).toContain('seed 2, pre-trained: 50: 28.0');
    expect(resultTable([result(4, 3, 1)])).toContain('One seed has no interval.');
  });
});

describe('npm run finetune', { timeout: 240_000 }, () => {
  it('runs from made videos to a table, goes on with what is there, and leaves classifiers that open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tgm-finetune-'));
    const run = async (...more: string[]) => {
      const paths = ['--data', join(folder, 'data'), '--out', join(folder, 'out')];
      const args = ['--import', 'tsx', 'finetune/main.ts', '--quick', ...paths, ...more];
      const { stdout } = await promisify(execFile)(process.execPath, args, {
        cwd: resolve(import.meta.dirname, '..'),
      });
      return stdout;
    };
    const table = (text: string) => text.split('\n').filter((line) => line.startsWith('| '));
    const first = await run();
    expect(table(first)).toHaveLength(5);
    expect(first).toMatch(/Pre-trained - from scratch: -?\d+\.\d ± \d+\.\d points/);
    expect(first).toContain('seed 1, from scratch: 2: ');
    const again = await run();
    expect(table(again)).toEqual(table(first));
    expect(again).not.toContain('By step');
    const path = (await latestCheckpoint(join(folder, 'out', 'seed-0-pretrained')))!;
    const { model } = await loadVideoMaeClassifier(path);
    expect(model.config.labels).toEqual(ACTIONS);
    await rm(folder, { recursive: true });
  });
});
