import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-trust-program-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the program; `stopAt`: sends SIGINT once standard error says so. */
function trust(args: readonly string[], stopAt?: string) {
  const main = resolve(import.meta.dirname, 'main.ts');
  const folders = ['--out', join(folder, 'out'), '--data', join(folder, 'data')];
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...folders, ...args], {
    cwd: resolve(import.meta.dirname, '..'),
  });
  return new Promise<{ code: number | null; out: string; err: string }>((done) => {
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      const before = err;
      err += chunk;
      if (stopAt && !before.includes(stopAt) && err.includes(stopAt)) child.kill('SIGINT');
    });
    child.on('close', (code) => done({ code, out, err }));
  });
}

test('stops at Ctrl-C, then prints a line of JSON a row and writes the report', {
  timeout: 600_000,
}, async () => {
  const args = ['--json', '--only', 'masks,captions', '--clips', '12'];
  const stopped = await trust(args, 'render and encode: done');
  expect(stopped.code).toBe(130);
  expect(stopped.out).toBe('');

  const { code, out } = await trust(args);
  expect(code).toBe(0);
  const rows = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const text = rows.find(({ table, name, ratio }) => table === 'masks' && name === 'text' && ratio === 0.6);
  expect(text.hidden).toBe(38 / 64);
  expect(text.tokens.all).toMatchObject({ clips: 12, mean: expect.any(Number), half: expect.any(Number) });
  expect(text.tokens['object moves'].clips + text.tokens['object rests'].clips).toBe(12);
  expect(rows.some(({ table, captions }) => table === 'captions' && captions === 'pair')).toBe(true);
  const report = await readFile(join(folder, 'out/report.html'), 'utf8');
  expect(report).toContain('The named object under each mask');
  expect(report).toContain('text, wrong caption');
});

test('refuses a part that it does not know', { timeout: 60_000 }, async () => {
  const { code, err } = await trust(['--only', 'masks,marks']);
  expect(code).toBe(64);
  expect(err).toMatch(/expected some of masks,.*got marks.*OPTION_INVALID/);
});
