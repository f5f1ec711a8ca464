import { join } from 'node:path';
import { type HeldLock, lockFile } from '@tgm/models';
import { TrainError } from '../errors.js';
import { orCheckpointFailed } from './file-faults.js';
import { makeLastingFolder } from './sync-folder.js';

/**
 * Claims the folder of a run for this process by a file `run.lock` in it, and makes the folder if it is not there. The lock of a
 * process of this machine that has ended is taken over. Of processes on another machine nothing can be known.
 *
 * @returns a function that gives it free.
 * @throws TrainError with `RUN_LOCKED` that says who runs there; `CHECKPOINT_FAILED` when the folder cannot be written.
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const refusal = ({ path, holder }: HeldLock) =>
    new TrainError('RUN_LOCKED', {
      where: folder,
      expected: 'a folder that no other run uses',
      received: holder
        ? `one that process ${holder.pid} on ${holder.host} has used since ${holder.since}`
        : 'one with a lock that does not say whose it is',
      advice: `If that run has ended, remove ${path}.`,
    });
  const claim = async () => {
    // Whoever writes a checkpoint finds it made, and would not make its name last.
    await makeLastingFolder(folder);
    return lockFile(join(folder, 'run'), refusal);
  };
  return orCheckpointFailed(folder, 'a folder that can be written', claim());
}
