import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { within } from './within.js';

/** A running program with all that it has started. */
export interface ProcessGroup {
  readonly child: ChildProcessWithoutNullStreams;
  /** Whether this process waits for it before it ends. */
  hold(waits: boolean): void;
  /** Lets it end by itself when its input is over, for `seconds`; then it is made to. Nothing of it runs afterwards. */
  end(seconds: number): Promise<void>;
}

/** Where a process has a group of its own, so that a signal reaches what a wrapper such as `sh` has started. */
const GROUPED = process.platform !== 'win32';
/** How long a program has to end after a polite signal. */
const MILLISECONDS_TO_END = 2000;

/** Starts a program that does not outlive this process: its input ends with it, and a regular end stops it. */
export function startGroup(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string | undefined; readonly env: NodeJS.ProcessEnv },
): ProcessGroup {
  const child = spawn(command, [...args], {
    ...options,
    stdio: 'pipe',
    detached: GROUPED,
    windowsHide: true,
  });
  const signal = (name: NodeJS.Signals) => {
    if (child.pid === undefined) return;
    try {
      if (GROUPED) process.kill(-child.pid, name);
      else child.kill(name);
    } catch {
      // It has ended.
    }
  };
  const kill = () => signal('SIGKILL');
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  process.once('exit', kill);
  void ended.then(() => {
    process.off('exit', kill);
    // What it started and left.
    kill();
  });
  return {
    child,
    hold(waits) {
      for (const part of [child, child.stdin, child.stdout, child.stderr] as unknown as Socket[]) {
        if (waits) part.ref();
        else part.unref();
      }
    },
    async end(seconds) {
      child.stdin.end();
      if (await within(seconds * 1000, ended)) return;
      signal('SIGTERM');
      if (await within(MILLISECONDS_TO_END, ended)) return;
      kill();
      await ended;
    },
  };
}
