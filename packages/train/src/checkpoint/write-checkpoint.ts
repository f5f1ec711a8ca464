import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '@tgm/models';
import type { Artefact } from '../trainer/objective.js';
import { recordText } from './checkpoint-record.js';
import { digestsOf } from './file-digests.js';
import { orCheckpointFailed } from './file-faults.js';
import type { SavedRun } from './saved-run.js';
import { namedTensors } from './state-tensors.js';
import { isPartial, stepFolder, stepFolders } from './step-folders.js';
import { makeLastingFolder, syncFolder, syncTree } from './sync-folder.js';

/** All of a saved run but its tensors, with digests of the other files of the checkpoint. */
export const STATE_JSON = 'training-state.json';
/** The tensors of a saved run. */
export const STATE_TENSORS = 'training-state.safetensors';

/**
 * Writes `<folder>/step-…`: the artefacts, and beside them what the run needs to go on. The folder has this name only when
 * all of it lies on the disk. Then older checkpoints are removed. The caller has locked the folder: what is left of
 * checkpoints that were never completed is removed too.
 *
 * @param keep checkpoints to keep, at least 1: the new one and those before it.
 * @returns the path of the new checkpoint.
 * @throws TrainError with `CHECKPOINT_FAILED`, whose cause is the error of the file system or of an artefact. Older
 *   checkpoints are whole then.
 */
export async function writeCheckpoint(
  folder: string,
  saved: SavedRun,
  artefacts: readonly Artefact[],
  { keep }: { readonly keep: number },
): Promise<string> {
  const path = join(folder, stepFolder(saved.step));
  const draft = `${path}.partial`;
  await orCheckpointFailed(
    path,
    'a checkpoint that can be written',
    complete(folder, draft, path, saved, artefacts),
  );
  await orCheckpointFailed(
    folder,
    'older checkpoints that can be removed',
    removeOlder(folder, saved.step, keep),
  );
  return path;
}

async function complete(
  folder: string,
  draft: string,
  path: string,
  saved: SavedRun,
  artefacts: readonly Artefact[],
): Promise<void> {
  await makeLastingFolder(folder);
  await removePartial(folder);
  try {
    await mkdir(draft);
    await writeFiles(draft, saved, artefacts);
    await syncTree(draft);
    // A damaged checkpoint of the same step gives way.
    await moveAway(path);
    await rename(draft, path);
  } catch (error) {
    // What made the writing fail may keep this from succeeding too; the next checkpoint removes it then.
    await rm(draft, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
  await removeFolder(awayOf(path));
}

async function writeFiles(draft: string, saved: SavedRun, artefacts: readonly Artefact[]): Promise<void> {
  for (const artefact of artefacts) {
    const path = join(draft, artefact.folder);
    await mkdir(path, { recursive: true });
    await artefact.write(path);
  }
  await writeSafetensors(join(draft, STATE_TENSORS), namedTensors(saved), {});
  const { step, after, description, rates, optimizer, average } = saved;
  const record = {
    step,
    after,
    description,
    rates,
    optimizerStep: optimizer.step,
    average: average !== undefined,
  };
  await writeFile(join(draft, STATE_JSON), recordText({ ...record, files: await digestsOf(draft) }));
}

async function removePartial(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (isPartial(name)) await removeFolder(join(folder, name));
}

async function removeOlder(folder: string, step: number, keep: number): Promise<void> {
  // Later ones are of a course that was given up when they were damaged; this run replaces them when it comes there.
  const older = (await stepFolders(folder)).filter((each) => each.step <= step).slice(keep);
  for (const { path } of older) {
    await moveAway(path);
    await removeFolder(awayOf(path));
  }
}

/** A name for what is about to be removed, so that half of it is never taken for a damaged checkpoint. */
const awayOf = (path: string): string => `${path}.removed.partial`;

async function moveAway(path: string): Promise<void> {
  await rename(path, awayOf(path)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
}

const removeFolder = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 3 });
