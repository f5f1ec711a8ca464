import { setTimeout as pause } from 'node:timers/promises';
import { Stopped } from '../program/run-program.js';

/** What ends a run before its last step. */
export interface StopSignal {
  readonly signal: AbortSignal;
  /** To be called behind each step: time alone ends no run before its first. */
  stepped(): void;
  /** Lets the clock go. */
  release(): void;
}

/** No timer of Node goes longer. */
const LONGEST_PAUSE = 2 ** 31 - 1;

/**
 * Aborts as `signal` does, and with the reason `Stopped` by `time` when this process is so many minutes old: a scheduler counts from its
 * start, too. Where the start alone takes longer, a step is made first: a run that is begun again and again gets on.
 */
export function stopSignal(signal: AbortSignal | undefined, minutes: number | undefined): StopSignal {
  const clock = new AbortController();
  let stepped = () => {};
  const firstStep = new Promise<void>((resolve) => {
    stepped = resolve;
  });
  if (minutes !== undefined) void strike(minutes * 60_000, clock, firstStep);
  const given = [signal, clock.signal].filter((each) => each !== undefined);
  return { signal: AbortSignal.any(given), stepped, release: () => clock.abort(new Stopped('time')) };
}

async function strike(age: number, clock: AbortController, firstStep: Promise<void>): Promise<void> {
  for (;;) {
    const left = age - 1000 * process.uptime();
    if (left <= 0) break;
    const options = { ref: false, signal: clock.signal };
    const stopped = await pause(Math.min(left, LONGEST_PAUSE), false, options).catch(() => true);
    if (stopped) return;
  }
  await firstStep;
  clock.abort(new Stopped('time'));
}
