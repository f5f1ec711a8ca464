import { setTimeout as pause } from 'node:timers/promises';
import type { Collective } from '@tgm/train';
import { EXIT_CODES, exitCodeOf } from '../program/exit-codes.js';
import { Ended, Stopped } from '../program/run-program.js';
import { complain } from '../program/say.js';

/**
 * Milliseconds that rank 0 ends behind the others. Of processes that end at the same time behind a signal mpirun of MPICH now and then
 * loses the codes, and says that all is well.
 */
const BEHIND = 500;

/**
 * Takes leave of the others. All end with the same code, which is then the job's. mpirun of MPICH kills the rest when a process ends with a
 * code, and tells all codes by their bits together: SIGKILL's 9 adds nothing to those of a stopped run, 75 and 143.
 *
 * @returns the exit code of this process.
 */
export async function endTogether(collective: Collective, exitCode: number): Promise<number> {
  await collective.close();
  const waits = collective.size > 1 && collective.rank === 0 && exitCode !== EXIT_CODES.done;
  if (waits) await pause(BEHIND);
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
