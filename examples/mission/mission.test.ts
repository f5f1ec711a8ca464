import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { PARTS } from './row.js';
import { ROWS } from './rows.js';
import { withTable } from './table-text.js';

function run(program: string, args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, program), ...args], {
    cwd: resolve(import.meta.dirname, '..'),
  });
  return new Promise<{ code: number | null; out: string; err: string }>((done) => {
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('close', (code) => done({ code, out, err }));
  });
}

test('no two rows have one name, and names can stand in --only', () => {
  const names = ROWS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) {
    expect(name).not.toContain(',');
    expect(PARTS).not.toContain(name);
  }
});

test('the README has the table of the rows: npx tsx examples/mission/write-readme.ts', async () => {
  const readme = await readFile(join(import.meta.dirname, 'README.md'), 'utf8');
  expect(readme).toBe(withTable(readme, ROWS));
});

test('a row that fails is shown with its error, is not counted, and makes the exit code 1', {
  timeout: 300_000,
}, async () => {
  const { code, out, err } = await run('failing-row.test-program.ts', []);
  expect(out.trimEnd().split('\n').at(-1)).toBe('1 of 2');
  expect(out).toMatch(/broken .* FAILED/);
  expect(out).toContain('expected no clip, got 96 clips. (FIGURE_WRONG)');
  expect(err).toContain('1 failed');
  expect(code).toBe(1);
});

test('prints a line of JSON a row of the parts and names that are asked for', {
  timeout: 300_000,
}, async () => {
  const { code, out, err } = await run('main.ts', ['--json', '--only', 'TGM text masks,VideoMAE tube masks']);
  const rows = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows.map(({ name }) => name)).toEqual(['TGM text masks', 'VideoMAE tube masks']);
  expect(rows[0]).toMatchObject({ part: 'masking', figure: expect.any(String), seconds: expect.any(Number) });
  expect(err.trimEnd().split('\n').at(-1)).toBe('2 of 2');
  expect(code).toBe(0);
});

test.each([
  [['--only', 'MAE,marks'], /expected parts or names of rows, got marks.*OPTION_INVALID/],
  [['--onyl', 'MAE'], /--onyl.*USAGE/],
])('refuses %j', { timeout: 60_000 }, async (args, message) => {
  const { code, out, err } = await run('main.ts', args);
  expect(code).toBe(64);
  expect(out).toBe('');
  expect(err).toMatch(message);
});
