import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const EXAMPLES = resolve(import.meta.dirname, '..');

/** Runs an example as a user does. */
function run(args: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: EXAMPLES });
  return new Promise<{ code: number | null; text: string }>((done) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk));
    child.on('close', (code) => done({ code, text }));
  });
}

describe.each([
  ['moving-shapes/main.ts', '--train'],
  ['train-clip-model/main.ts', '--scenes'],
  ['start/main.ts', '--steps'],
  ['finetune/main.ts', '--labelled'],
  ['trust/main.ts', '--clips'],
])('%s', { timeout: 60_000 }, (program, option) => {
  it('refuses what it does not know, and ends with code 64', async () => {
    const { code, text } = await run([program, '--speed', '3']);
    expect(text).toMatch(/Unknown option '--speed'.* \(USAGE\)/);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(64);
  });

  it('refuses a bad value, and ends with code 64', async () => {
    const { code, text } = await run([program, option, 'many']);
    expect(text).toMatch(/got (.*: )?"many".* \(OPTION_INVALID\)/);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(64);
  });
});
