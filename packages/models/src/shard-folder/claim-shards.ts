import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type HeldLock, lockFile } from '../lock-file.js';
import { orFailed } from './shard-fault.js';
import { shardOfFile } from './shard-files.js';
import type { FolderContext } from './shard-folder.js';

/** @throws `locked`, `failed` */
export async function claimShards(
  context: FolderContext,
  rank: number,
  ranks: number,
): Promise<() => Promise<void>> {
  const { folder, fault } = context;
  const refusal = ({ path, holder }: HeldLock) =>
    fault('locked', {
      where: folder,
      expected: `a folder in which no other process writes as rank ${rank} of ${ranks}`,
      received: holder
        ? `one in which process ${holder.pid} on ${holder.host} has done so since ${holder.since}`
        : 'one with a lock that does not say whose it is',
      advice: `If that process has ended, remove ${path}.`,
    });
  const claim = lockFile(join(folder, `rank-${rank}-of-${ranks}`), refusal);
  const free = await orFailed(fault, folder, 'a folder that can be written', claim);
  await removePartial(context, rank, ranks).catch(async (error: unknown) => {
    await free();
    throw error;
  });
  return free;
}

async function removePartial({ folder, fault }: FolderContext, rank: number, ranks: number): Promise<void> {
  const names = await orFailed(fault, folder, 'a folder that can be read', readdir(folder));
  for (const name of names) {
    const shard = shardOfFile(name);
    if (shard === undefined || shard % ranks !== rank || !name.endsWith('.partial')) continue;
    const path = join(folder, name);
    await orFailed(fault, path, 'a file that can be removed', rm(path, { force: true }));
  }
}
