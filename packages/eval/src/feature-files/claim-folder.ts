import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type HeldLock, lockFile } from '@tgm/models';
import { EvaluationError } from '../errors.js';
import { orFileFailed } from './file-faults.js';
import { shardOfFile } from './shard-record.js';

/**
 * Claims the shards of a rank for this process, and takes away what a killed one has left of them.
 *
 * @returns a function that gives them free.
 * @throws EvaluationError `FEATURES_LOCKED`, `FILE_FAILED`
 */
export async function claimFolder(folder: string, rank: number, ranks: number): Promise<() => Promise<void>> {
  const refusal = ({ path, holder }: HeldLock) =>
    new EvaluationError('FEATURES_LOCKED', {
      where: folder,
      expected: `a folder in which no other process writes as rank ${rank} of ${ranks}`,
      received: holder
        ? `one in which process ${holder.pid} on ${holder.host} has done so since ${holder.since}`
        : 'one with a lock that does not say whose it is',
      advice: `If that process has ended, remove ${path}.`,
    });
  const claim = lockFile(join(folder, `rank-${rank}-of-${ranks}`), refusal);
  const free = await orFileFailed(folder, 'a folder that can be written', claim);
  await removePartial(folder, rank, ranks).catch(async (error: unknown) => {
    await free();
    throw error;
  });
  return free;
}

async function removePartial(folder: string, rank: number, ranks: number): Promise<void> {
  const names = await orFileFailed(folder, 'a folder that can be read', readdir(folder));
  for (const name of names) {
    const shard = shardOfFile(name);
    if (shard === undefined || shard % ranks !== rank || !name.endsWith('.partial')) continue;
    await orFileFailed(
      join(folder, name),
      'a file that can be removed',
      rm(join(folder, name), { force: true }),
    );
  }
}
