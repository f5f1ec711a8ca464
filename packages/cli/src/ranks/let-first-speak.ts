import { setTimeout as pause } from 'node:timers/promises';
import { launchedBy } from '@tgm/train';

/** Milliseconds by which processes of one job begin after each other, on a busy machine too. */
const LATEST = 10_000;

/**
 * Waits where this process is about to end with a code and the first one, which does so too, speaks for all: mpirun of Open MPI ends
 * every process as soon as one of them ends with a code, and `srun` may. That of MPICH waits for them.
 *
 * @param signal ends the waiting: the first has ended, or somebody else stops the job.
 */
export async function letFirstSpeak(signal: AbortSignal): Promise<void> {
  if (!launchedBy(process.env)?.libraries.includes('open-mpi')) return;
  await pause(LATEST, undefined, { signal }).catch(() => undefined);
}
