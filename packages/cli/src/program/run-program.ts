import { EXIT_CODES, exitCodeOf } from './exit-codes.js';
import { explain } from './explain.js';
import { warn } from './say.js';
import { watchParent } from './watch-parent.js';

/** Signals that ask a program to end, with the number that its exit code adds to 128. */
const SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;
type StopSignal = keyof typeof SIGNALS;

/** Sent by a scheduler some time before it ends the job, where it is asked to: `sbatch --signal=USR1@300`. */
const LATER = 'SIGUSR1';

/** Why a program stops: the reason of its abort signal. `time`: it was to work so long and no longer. */
export class Stopped {
  /** As errors have one, where processes tell each other why one of them does not go on. */
  readonly code = 'STOPPED';

  constructor(readonly by: StopSignal | typeof LATER | 'time') {}

  /** Who stops a program for good says so; otherwise it is to be run again. */
  get exitCode(): number {
    return this.by in SIGNALS ? 128 + SIGNALS[this.by as StopSignal] : EXIT_CODES.again;
  }

  toString(): string {
    return this.by;
  }
}

const lastActs = new Set<() => void>();

/**
 * Does something, such as removing a temporary folder, where a second signal ends the process at once. It must not wait.
 *
 * @returns a function that takes it back.
 */
export function beforeSuddenEnd(act: () => void): () => void {
  lastActs.add(act);
  return () => {
    lastActs.delete(act);
  };
}

/** npm passes a terminal's Ctrl-C on to a program that has already had it. */
const ECHO_MILLISECONDS = 300;

/**
 * Runs a program: its first SIGINT or SIGTERM aborts `signal`, the second ends the process at once.
 * SIGUSR1 aborts it too, and never ends it at once. That npm, which started it, is gone counts as a first SIGTERM.
 *
 * `main` rejects with the signal's reason when it was stopped, or sets the exit code itself. The exit code is one of `EXIT_CODES`, an error is told on
 * standard error; 130 and 143: stopped by SIGINT or SIGTERM; 75: by SIGUSR1 or for its time.
 *
 * @param explained An error as a person should read it.
 */
export async function runProgram(
  main: (signal: AbortSignal) => Promise<void>,
  explained: (error: unknown) => string = explain,
): Promise<void> {
  const stop = new AbortController();
  let stoppedAt: number | undefined;
  const stopBy = (name: StopSignal): void => {
    stoppedAt = performance.now();
    warn('\nStopping after the step in hand; once more stops at once.');
    stop.abort(new Stopped(name));
  };
  for (const name of Object.keys(SIGNALS) as StopSignal[]) {
    process.on(name, () => {
      if (stoppedAt === undefined) stopBy(name);
      else if (performance.now() - stoppedAt > ECHO_MILLISECONDS) dieOf(name);
    });
  }
  watchParent(() => {
    if (stoppedAt === undefined) stopBy('SIGTERM');
  });
  process.on(LATER, () => {
    if (!stop.signal.aborted) warn('\nStopping after the step in hand: run it again to go on.');
    stop.abort(new Stopped(LATER));
  });
  // An error that nobody waits for, such as a closed pipe, must not end the process while threads compute.
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error) => stop.abort(error));
  }
  process.stdout.on('error', (error) => stop.abort(error));
  try {
    await main(stop.signal);
    if (stop.signal.aborted && !(stop.signal.reason instanceof Stopped)) throw stop.signal.reason;
  } catch (error) {
    if (error instanceof Stopped) {
      process.exitCode = error.exitCode;
    } else {
      warn(`\n${explained(error)}`);
      process.exitCode = exitCodeOf(error);
    }
  }
}

/** The signal's own effect: the process ends, whatever its threads do. `process.exit` would wait for them. */
function dieOf(name: StopSignal): void {
  for (const act of lastActs) {
    try {
      act();
    } catch (error) {
      warn(`\n${explain(error)}`);
    }
  }
  process.removeAllListeners(name);
  process.kill(process.pid, name);
}
