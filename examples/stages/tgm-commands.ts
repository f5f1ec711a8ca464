import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { say } from '@tgm/cli/program';
import { ProgramError } from '../program/errors.js';

/** The program as `npx tgm` runs it in a clone. */
const PROGRAM = resolve(import.meta.dirname, '../../packages/cli/bin/tgm.js');

/** What a command did. */
export interface Done {
  readonly command: string;
  readonly seconds: number;
  /** The most memory that it had in hand, where it told so. */
  readonly peakBytes?: number;
}

/** A command's result, `--json`. Its members are read where they are known. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of another program
export type Result = any;

export interface Tgm {
  readonly done: readonly Done[];
  /** Runs a command to its end. @throws ProgramError `FIGURE_WRONG` where it does not end with 0. */
  run(...args: string[]): Promise<Result>;
  /** Runs a command and kills it, as a machine that goes down does, when something is so. */
  killWhen(isSo: () => Promise<boolean>, ...args: string[]): Promise<void>;
  /** Runs a command that does not end by itself until something is done with the first thing that it tells. */
  during<T>(use: (told: Result) => Promise<T>, ...args: string[]): Promise<T>;
}

/** Commands of `tgm` in a folder. Each is said before it runs, and how long it took behind it. */
export function tgmIn(folder: string, signal: AbortSignal): Tgm {
  const done: Done[] = [];
  const start = (args: readonly string[]) => {
    say(`\n$ tgm ${args.map((arg) => (/[\s"]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`);
    const child = spawn(process.execPath, [PROGRAM, ...args, '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop);
    let [stdout, stderr] = ['', ''];
    const started = performance.now();
    const firstWord = new Promise<string>((told) => {
      child.stdout.on('data', (chunk) => {
        stdout += chunk;
        told(stdout);
      });
    });
    child.stderr.on('data', (chunk) => {
      stderr = (stderr + chunk).slice(-4000);
    });
    const ended = once(child, 'close').then(([code]) => {
      signal.removeEventListener('abort', stop);
      signal.throwIfAborted();
      return { code: code as number | null, stdout, stderr, seconds: (performance.now() - started) / 1000 };
    });
    return { child, firstWord, ended };
  };
  return {
    done,
    async run(...args) {
      const { code, stdout, stderr, seconds } = await start(args).ended;
      if (code !== 0) throw failed(args, `code ${code}: ${stderr}`);
      const result = JSON.parse(stdout);
      done.push({ command: args[0]!, seconds, peakBytes: result.peakBytes });
      const peak = result.peakBytes === undefined ? '' : `, peak ${megabytes(result.peakBytes)}`;
      say(`  ${seconds.toFixed(1)} s${peak}`);
      return result;
    },
    async killWhen(isSo, ...args) {
      const { child, ended } = start(args);
      let isOver = false;
      const over = ended.finally(() => {
        isOver = true;
      });
      over.catch(() => undefined);
      while (!isOver && !(await isSo())) await new Promise((next) => setTimeout(next, 50));
      child.kill('SIGKILL');
      const { code, stderr, seconds } = await over;
      if (code !== null) throw failed(args, `code ${code} before it was killed: ${stderr}`);
      done.push({ command: `${args[0]}, killed`, seconds });
      say(`  killed after ${seconds.toFixed(1)} s`);
    },
    async during(use, ...args) {
      const { child, firstWord, ended } = start(args);
      try {
        const told = await Promise.race([
          firstWord,
          ended.then(({ stderr }) => Promise.reject(failed(args, stderr))),
        ]);
        return await use(JSON.parse(told));
      } finally {
        child.kill('SIGTERM');
        await ended;
      }
    },
  };
}

export const megabytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`;

const failed = (args: readonly string[], received: string): ProgramError =>
  new ProgramError('FIGURE_WRONG', {
    where: `tgm ${args.join(' ')}`,
    expected: 'a command that does its work and ends with code 0',
    received,
  });
