import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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
    const out = join(folder, 'out');
    /** Runs the program as a user does, who stops it when it has said something. */
    const run = (stopAt?: string) => {
      const paths = ['--data', join(folder, 'data'), '--out', out];
      const args = ['--import', 'tsx', 'finetune/main.ts', '--quick', ...paths];
      const child = spawn(process.execPath, args, { cwd: resolve(import.meta.dirname, '..') });
      return new Promise<{ code: number | null; said: string }>((done) => {
        let said = '';
        child.stdout.on('data', (chunk: Buffer) => {
          said += chunk;
          if (stopAt === undefined || !said.includes(stopAt)) return;
          child.kill('SIGINT');
          stopAt = undefined;
        });
        child.on('close', (code) => done({ code, said }));
      });
    };
    const table = (text: string) => text.split('\n').filter((line) => line.startsWith('| '));
    const curves = (text: string) => text.split('\n').filter((line) => line.startsWith('seed '));

    const stopped = await run('seed-0-pretrained: done');
    expect(stopped.code).toBe(130);
    const { code, said } = await run();
    expect(code).toBe(0);
    expect(table(said)).toHaveLength(5);
    expect(said).toMatch(/Pre-trained - from scratch: -?\d+\.\d ± \d+\.\d points/);
    // Each of four fine-tunings has all points, of both calls.
    expect(curves(said)).toHaveLength(4);
    for (const curve of curves(said)) expect(curve).toMatch(/: 2: [\d.]+, 4: [\d.]+, 6: [\d.]+, 8: [\d.]+$/);

    // Without its events a finished one is measured again, by its checkpoint.
    await rm(join(out, 'seed-1-scratch', 'log.jsonl'));
    const again = await run();
    expect(table(again.said)).toEqual(table(said));
    expect(curves(again.said)).toEqual(curves(said).slice(0, 3));
    const path = (await latestCheckpoint(join(out, 'seed-0-pretrained')))!;
    const { model } = await loadVideoMaeClassifier(path);
    expect(model.config.labels).toEqual(ACTIONS);
    await rm(folder, { recursive: true });
  });
});
