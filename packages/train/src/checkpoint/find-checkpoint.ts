import { access } from 'node:fs/promises';
import { callable, optional, optionTable, text } from '@tgm/options';
import { TrainError } from '../errors.js';
import { readCheckpoint, verifyCheckpoint } from './read-checkpoint.js';
import type { SavedRun } from './saved-run.js';
import { stepFolders } from './step-folders.js';

/** A checkpoint that was passed over. */
export interface DamagedCheckpoint {
  readonly path: string;
  /** Which file is damaged and how, with the code `CHECKPOINT_DAMAGED`. */
  readonly fault: TrainError;
}

export interface FoundCheckpoint {
  readonly path: string;
  readonly saved: SavedRun;
}

/**
 * Reads the newest whole checkpoint of a run's folder; undefined when there is none at all.
 *
 * @param onDamaged is told of newer ones that are damaged.
 * @throws TrainError with `CHECKPOINT_DAMAGED` when all are; otherwise as `readCheckpoint`.
 */
export async function findCheckpoint(
  folder: string,
  onDamaged: (damaged: DamagedCheckpoint) => void,
): Promise<FoundCheckpoint | undefined> {
  const found = await newestWhole(folder, readCheckpoint, onDamaged);
  return found && { path: found.path, saved: found.content };
}

const table = optionTable(
  'latestCheckpoint',
  { folder: text(), onDamaged: optional(callable()) },
  TrainError,
);

/**
 * Path of the newest whole checkpoint of a run's folder; undefined when there is none at all. All of its files are read
 * and compared with their digests.
 *
 * @param onDamaged is told of newer ones that are damaged.
 * @throws TrainError with `OPTION_INVALID`; `CHECKPOINT_DAMAGED` when all are; `CHECKPOINT_MISMATCH` for the format of a later version;
 *   `CHECKPOINT_FAILED` when the system does not read a file.
 */
export async function latestCheckpoint(
  folder: string,
  onDamaged: (damaged: DamagedCheckpoint) => void = () => {},
): Promise<string | undefined> {
  table.check({ folder, onDamaged });
  return (await newestWhole(folder, verifyCheckpoint, onDamaged))?.path;
}

async function newestWhole<Content>(
  folder: string,
  open: (path: string) => Promise<Content>,
  onDamaged: (damaged: DamagedCheckpoint) => void,
): Promise<{ path: string; content: Content } | undefined> {
  const passed = new Map<string, TrainError>();
  for (;;) {
    const path = (await stepFolders(folder)).map((each) => each.path).find((each) => !passed.has(each));
    if (path === undefined) break;
    try {
      return { path, content: await open(path) };
    } catch (fault) {
      if (!(fault instanceof TrainError) || fault.code !== 'CHECKPOINT_DAMAGED') throw fault;
      // A run that goes on in this folder removes older ones.
      if (!(await isThere(path))) continue;
      passed.set(path, fault);
      onDamaged({ path, fault });
    }
  }
  if (passed.size === 0) return undefined;
  const faults = [...passed.values()];
  throw new TrainError('CHECKPOINT_DAMAGED', {
    where: folder,
    expected: 'a checkpoint that is whole',
    received: `${faults.length} damaged: ${faults.map(({ message }) => message.replace(/\.$/, '')).join('; ')}`,
    advice: 'Put a whole one there, or begin the run in another folder.',
    cause: faults[0],
  });
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
