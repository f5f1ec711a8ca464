import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { orCheckpointFailed } from './file-faults.js';

export interface StepFolder {
  readonly step: number;
  readonly path: string;
}

/** Name of the folder of a checkpoint: `step-00000100`. */
export const stepFolder = (step: number): string => `step-${String(step).padStart(8, '0')}`;

/** Steps done of a checkpoint whose folder has this name; undefined for other names. */
export function stepOfFolder(name: string): number | undefined {
  const step = Number(/^step-(\d{8,15})$/.exec(name)?.[1]);
  return stepFolder(step) === name ? step : undefined;
}

/** Whether it is a name that checkpoints have before they are complete, and when they are being removed. */
export const isPartial = (name: string): boolean => /^step-\d+(\.removed)?\.partial$/.test(name);

/**
 * The checkpoints of a run, newest first, damaged ones among them. A folder that is not there has none.
 * @throws TrainError with `CHECKPOINT_FAILED`
 */
export async function stepFolders(folder: string): Promise<readonly StepFolder[]> {
  const names = await orCheckpointFailed(folder, 'a folder that can be read', namesIn(folder));
  return names
    .map((name) => ({ step: stepOfFolder(name), path: join(folder, name) }))
    .filter((entry): entry is StepFolder => entry.step !== undefined)
    .sort((a, b) => b.step - a.step);
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
