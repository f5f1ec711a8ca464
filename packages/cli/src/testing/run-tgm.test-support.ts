import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** The built program. */
export const PROGRAM = resolve(import.meta.dirname, '../../bin/tgm.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** The folder that it runs in. */
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Hears all of standard error so far. */
  readonly onError?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Hears all of standard output so far. */
  readonly onOutput?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
}

/** Runs the built program as a user does. */
export const runTgm = (args: readonly string[], options: RunOptions): Promise<Ended> =>
  run([process.execPath, PROGRAM, ...args], options);

export function run(
  [command, ...args]: readonly string[],
  { cwd, env, onError, onOutput }: RunOptions,
): Promise<Ended> {
  const child = spawn(command!, args, { cwd, env: { ...process.env, ...env } });
  return new Promise((done) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      onOutput?.(stdout, (signal) => child.kill(signal));
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      onError?.(stderr, (signal) => child.kill(signal));
    });
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
}
