import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { flag, number, optional, text, wholeNumber } from '@tgm/options';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from './command-line.js';
import { printable } from './printable.js';

const EXAMPLES = resolve(import.meta.dirname, '..');

/** Runs an example as a user does. `onText` hears all that it has said so far. */
function run(
  args: readonly string[],
  onText: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => undefined,
) {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { cwd: EXAMPLES });
  return new Promise<{ code: number | null; signal: string | null; text: string }>((done) => {
    let text = '';
    const hear = (chunk: Buffer): void => {
      text += chunk;
      onText(text, (signal) => child.kill(signal));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('close', (code, signal) => done({ code, signal, text }));
  });
}

const fields = {
  steps: optional(wholeNumber({ from: 1 })),
  ratio: optional(number({ from: 0, below: 1 }), 0.75),
  out: optional(text(), 'runs'),
  quick: optional(flag(), false),
};
const read = (args: readonly string[]) =>
  readCommandLine(
    {
      program: 'bake',
      fields,
      written: { steps: 'number', ratio: 'number', out: 'text', quick: 'flag' },
    },
    args,
  );

describe('readCommandLine', () => {
  it('reads numbers, texts and flags, and fills in defaults', () => {
    expect(read(['--steps', '3', '--ratio=1e-1', '--quick'])).toEqual({
      steps: 3,
      ratio: 0.1,
      out: 'runs',
      quick: true,
    });
    expect(read([])).toEqual({ ratio: 0.75, out: 'runs', quick: false });
    expect(read(['--out', '12'])).toMatchObject({ out: '12' });
    expect(read(['--out=-1'])).toMatchObject({ out: '-1' });
    expect(read(['--steps', '3', '-h'])).toBeUndefined();
  });

  it.each<readonly [string, readonly string[], string, RegExp]>([
    ['an option it does not know', ['--speed', '3'], 'USAGE', /Unknown option '--speed'/],
    ['an argument that is no option', ['here'], 'USAGE', /Unexpected argument 'here'/],
    ['an option without its value', ['--steps'], 'USAGE', /argument missing/],
    [
      'an option whose value is another option',
      ['--steps', '--quick'],
      'USAGE',
      /--steps --quick, which may be two options/,
    ],
    ['a negative number apart', ['--steps', '-1'], 'USAGE', /Write --steps=-1 if it is one with its value/],
    ['an option given twice', ['--steps=3', '--steps=4'], 'USAGE', /--steps more than once/],
    ['a flag with a value', ['--quick=no'], 'USAGE', /does not take an argument/],
    ['a word for a number', ['--steps=many'], 'OPTION_INVALID', /got "many"/],
    ['nothing for a number', ['--steps='], 'OPTION_INVALID', /got ""/],
    ['a hexadecimal number', ['--steps=0x10'], 'OPTION_INVALID', /got "0x10"/],
    ['a fraction for a whole number', ['--steps=1.5'], 'OPTION_INVALID', /got 1.5/],
    ['an endless number', ['--ratio=1e999'], 'OPTION_INVALID', /got Infinity/],
    ['a number out of range', ['--ratio=1'], 'OPTION_INVALID', /a number from 0 and below 1, got 1/],
  ])('refuses %s', (_, args, code, message) => {
    expect(() => read(args)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

describe.each([
  ['moving-shapes/main.ts', '--train'],
  ['train-clip-model/main.ts', '--scenes'],
  ['prepare-shards/main.ts', '--threads'],
  ['start/main.ts', '--steps'],
  ['finetune/main.ts', '--labelled'],
  ['trust/main.ts', '--clips'],
])('%s', { timeout: 60_000 }, (program, option) => {
  it('refuses what it does not know, and ends with code 1', async () => {
    const { code, text } = await run([program, '--speed', '3']);
    expect(text).toMatch(/Unknown option '--speed'.* \(USAGE\)/);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });

  it('refuses a bad value, and ends with code 1', async () => {
    const { code, text } = await run([program, option, 'many']);
    expect(text).toMatch(/got (.*: )?"many".* \(OPTION_INVALID\)/);
    expect(text).not.toMatch(/^\s+at /m);
    expect(code).toBe(1);
  });
});

describe('printable', () => {
  it('writes control characters and turns of direction as codes, and leaves the rest', () => {
    const name = 'a\u001b[31mb\u009b2Jc\rd\u0007\u202ee\u007f\tf\ng é 夏 🎞';
    expect(printable(name)).toBe('a\\u001b[31mb\\u009b2Jc\\u000dd\\u0007\\u202ee\\u007f\\u0009f\ng é 夏 🎞');
  });
});

/** A program that works in a thread which must not be ended from outside, as `npm start` does. */
const PROGRAM = `
  import { Worker } from 'node:worker_threads';
  import { runProgram } from './program/run-program.ts';
  import { say } from './program/say.ts';
  const worker = new Worker('for (let i = 0; i < 2e10; i++); require("node:worker_threads").parentPort.postMessage(1)', { eval: true });
  await runProgram(async (signal) => {
    say('ready');
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  say('left main with ' + process.exitCode);
`;
const inline = ['--input-type=module', '-e', PROGRAM];

describe('runProgram', { timeout: 120_000 }, () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s stops it; a second one ends it at once, though a thread computes', async (signal, code) => {
    let sent = 0;
    const ended = await run(inline, (text, kill) => {
      if (sent === 0 && text.includes('ready')) {
        sent = 1;
        kill(signal);
      } else if (sent === 1 && text.includes('left main')) {
        sent = 2;
        setTimeout(() => kill(signal), 400);
      }
    });
    expect(ended.text).toContain(`left main with ${code}`);
    expect(ended).toMatchObject({ code: null, signal });
  });

  it('a second signal takes a temporary folder away, also behind an act that fails', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tgm-program-'));
    const program = `
      import { rmSync } from 'node:fs';
      import { beforeSuddenEnd, runProgram } from './program/run-program.ts';
      import { say } from './program/say.ts';
      beforeSuddenEnd(() => { throw new Error('no'); });
      beforeSuddenEnd(() => rmSync(${JSON.stringify(folder)}, { recursive: true }));
      setInterval(() => {}, 1000);
      await runProgram(async () => {
        say('ready');
        await new Promise(() => {});
      });`;
    let sent = 0;
    const ended = await run(['--input-type=module', '-e', program], (text, kill) => {
      if (sent === 0 && text.includes('ready')) {
        sent = 1;
        kill('SIGINT');
      } else if (sent === 1 && text.includes('Stopping')) {
        sent = 2;
        setTimeout(() => kill('SIGINT'), 400);
      }
    });
    expect(ended).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(existsSync(folder)).toBe(false);
  });
});
