import { setTimeout as pause } from 'node:timers/promises';
import type { Collective } from '@tgm/train';
import { EXIT_CODES, exitCodeOf } from '../program/exit-codes.js';
import { Ended, Stopped } from '../program/run-program.js';
import { complain } from '../program/say.js';

/**
 * Milliseconds that rank 0 stays behind the others. A launcher kills the rest when a process ends with a code, and may tell its own signal
 * as the job's code.
 */
const BEHIND = 500;

/** Takes leave of the others. @returns the exit code of this process: rank 0 has that of the job. */
export async function endTogether(collective: Collective, exitCode: number): Promise<number> {
  await collective.close();
  if (collective.size === 1) return exitCode;
  if (collective.rank > 0) return EXIT_CODES.done;
  if (exitCode !== EXIT_CODES.done) await pause(BEHIND);
  return exitCode;
}

/**
 * Ends the job of a command that failed on this process, or that was stopped before it had anything to tell.
 *
 * @param explained An error as a person should read it.
 */
export async function failTogether(
  collective: Collective,
  error: unknown,
  explained: (error: unknown) => string,
): Promise<Ended> {
  const exitCode = error instanceof Stopped ? error.exitCode : exitCodeOf(error);
  if (!(error instanceof Stopped))
    complain(`\n${collective.rank > 0 ? `rank ${collective.rank}: ` : ''}${explained(error)}`);
  collective.abort(exitCode);
  return new Ended(exitCode);
}
