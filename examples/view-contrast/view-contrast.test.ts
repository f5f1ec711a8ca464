import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadCheckpoint } from '@tgm/train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METHODS } from './methods.js';
import { type Row, requireLearned, tableText } from './table.js';

const EXAMPLES = resolve(import.meta.dirname, '..');
let folder: string;
let data: string;
let out: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tgm-contrast-'));
  data = join(folder, 'data');
  out = join(folder, 'out');
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the program as a user does. `onText` hears what it has said so far. */
function run(args: readonly string[], onText: (text: string, stop: () => void) => void = () => undefined) {
  const command = ['--import', 'tsx', 'view-contrast/main.ts', '--data', data, '--out', out, ...args];
  const child = spawn(process.execPath, command, { cwd: EXAMPLES });
  return new Promise<{ code: number | null; text: string }>((done) => {
    let text = '';
    const hear = (chunk: Buffer): void => {
      text += chunk;
      onText(text, () => child.kill('SIGINT'));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', (code) => done({ code, text }));
  });
}

const cellsOf = (row: string): string[] => row.split('|').map((cell) => cell.trim());

describe('npm run contrast', { timeout: 600_000 }, () => {
  it('trains and measures every method', async () => {
    const { code, text } = await run(['--quick']);
    expect(text).toMatch(/\| pixels +\|/);
    expect(text).toMatch(/\| untrained +\|/);
    for (const { name } of METHODS) {
      // Probe, difference with its interval, k-NN, loss with its baseline, seconds.
      expect(text).toMatch(
        new RegExp(
          String.raw`\| ${name} +\| .+ \| \d+\.\d +\| [+-]\d+\.\d \([+-]\d+\.\d to [+-]\d+\.\d\) +\| \d+\.\d +\| -?\d+\.\d\d to -?\d+\.\d\d \(\d+\.\d\d\) +\| \d+ +\|`,
        ),
      );
    }
    expect(code).toBe(0);

    // The losses and the seconds are of the training above; its parameters are measured alike.
    const again = await run(['--quick', '--only', METHODS[0]!.name]);
    expect(again.code).toBe(0);
    const rowIn = (table: string) =>
      cellsOf(table.split('\n').find((line) => line.startsWith(`| ${METHODS[0]!.name} `))!);
    expect(rowIn(again.text)).toEqual(rowIn(text));
    expect(text).toContain(`${METHODS[0]!.name}: done in`);
    expect(again.text).not.toContain(`${METHODS[0]!.name}: done in`);
  });

  it('stops at Ctrl-C, says what is done and keeps it', async () => {
    let stopped = false;
    const { code, text } = await run(
      ['--quick', '--only', 'simclr,cvrl', '--steps', '20000'],
      (said, stop) => {
        if (stopped || !/simclr: \d+ of/.test(said)) return;
        stopped = true;
        stop();
      },
    );
    expect(text).toMatch(/\| untrained +\|/);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(130);
    const { step } = await loadCheckpoint(join(out, 'seed-0-steps-20000/simclr/checkpoints'));
    expect(step).toBeGreaterThan(0);
  });

  it('refuses methods that it does not know', async () => {
    const { code, text } = await run(['--only', 'simclr,dino']);
    expect(text).toMatch(/got dino.*\(OPTION_INVALID\)/);
    expect(code).toBe(64);
  });
});

const measured = { probe: 30, knn: 12.5, right: [] };
const row = (name: string, from: number): Row => ({
  name,
  note: 'a note',
  measured,
  difference: { points: from + 2, from, to: from + 4 },
  losses: { begin: 3.5, end: 2, baseline: 3.43 },
  seconds: 20.4,
});

it('asks that the whole interval lies above the untrained encoder', () => {
  requireLearned([row('a', 0.1)]);
  expect(() => requireLearned([row('a', 0.1), row('b', -0.5), row('c', Number.NaN)])).toThrow(
    expect.objectContaining({
      code: 'NOT_LEARNED',
      received: 'b +1.5 (-0.5 to +3.5), c +NaN (+NaN to +NaN)',
    }),
  );
});

it('prints a table in columns', () => {
  const lines = tableText({ pixels: measured, untrained: measured }, [row('a', 1)]).split('\n');
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(lines.at(-1)).toMatch(
    /^\| a +\| a note +\| 30\.0 +\| \+3\.0 \(\+1\.0 to \+5\.0\) \| 12\.5 \| 3\.50 to 2\.00 \(3\.43\) +\| 20 +\|$/,
  );
});
