import { setTimeout as pause } from 'node:timers/promises';
import { Stopped } from '../program/run-program.js';

/** What ends a run before its last step. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** Lets the clock go. */
  release(): void;
}

/** No timer of Node goes longer. */
const LONGEST_PAUSE = 2 ** 31 - 1;

/**
 * Aborts as `signal` does, and with the reason `Stopped` by `time` when this process is so many minutes old: a scheduler counts from its
 * start, too.
 */
export function stopSignal(signal: AbortSignal | undefined, minutes: number | undefined): StopSignal {
  const clock = new AbortController();
  if (minutes !== undefined) void strike(minutes * 60_000, clock);
  const given = [signal, clock.signal].filter((each) => each !== undefined);
  return { signal: AbortSignal.any(given), release: () => clock.abort(new Stopped('time')) };
}

async function strike(age: number, clock: AbortController): Promise<void> {
  for (;;) {
    const left = age - 1000 * process.uptime();
    if (left <= 0) break;
    const options = { ref: false, signal: clock.signal };
    const stopped = await pause(Math.min(left, LONGEST_PAUSE), false, options).catch(() => true);
    if (stopped) return;
  }
  clock.abort(new Stopped('time'));
}
