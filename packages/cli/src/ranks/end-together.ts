import { setTimeout as pause } from 'node:timers/promises';
import type { Collective } from '@tgm/train';
import { EXIT_CODES, exitCodeOf } from '../program/exit-codes.js';
import { Stopped } from '../program/run-program.js';

/**
 * Milliseconds that rank 0, and any other one, waits before it ends the job with a code: a launcher that ends processes loses what they
 * wrote last, where it has not passed it on yet.
 */
const [FIRST, OTHERS] = [1000, 3000];

/**
 * Takes leave of the others. All end with the same code, which is then the job's.
 *
 * Any other code than 0 is told as a failure is: mpirun of MPICH now and then loses the codes of processes that end by themselves behind a
 * signal, and says that all is well.
 *
 * @returns the exit code of this process.
 */
export async function endTogether(collective: Collective, exitCode: number): Promise<number> {
  if (exitCode === EXIT_CODES.done || collective.size === 1) await collective.close();
  else {
    await collective.fail(Object.assign(new Error('The command ends'), { exitCode }));
    await leaveSpoken(collective);
  }
  return exitCode;
}

/**
 * Ends the job of a command that failed on this process, or on another one, or was stopped before it had anything to tell. All processes
 * end with the exit code of the failure that counts.
 *
 * @param tell Says what counts to whoever reads; `isOwn` where it is a failure of this process, and no other one says why.
 */
export async function failTogether(
  collective: Collective,
  error: unknown,
  tell: (counts: unknown, isOwn: boolean) => void,
): Promise<never> {
  const counts = await collective.fail(error);
  const { code, cause } = counts as { readonly code?: unknown; readonly cause?: unknown };
  const isOwn = code !== 'RANK_FAILED';
  const stop = stopOf(isOwn ? counts : cause);
  tell(stop ?? (isOwn ? error : counts), isOwn && stop === undefined);
  // Rank 0 saves the steps that are done.
  await leaveSpoken(collective);
  process.exit(stop ? stop.exitCode : exitCodeOf(counts));
}

/** Waits until all have said their last words, and the launcher has passed them on. */
async function leaveSpoken(collective: Collective): Promise<void> {
  await collective.close().catch(() => undefined);
  await pause(collective.rank === 0 ? FIRST : OTHERS);
}

/** A stop, of this process or as it is told by another one. */
function stopOf(what: unknown): Stopped | undefined {
  if (what instanceof Stopped) return what;
  const { code, message } = what as { readonly code?: unknown; readonly message?: unknown };
  return code === 'STOPPED' ? new Stopped(message as Stopped['by']) : undefined;
}
