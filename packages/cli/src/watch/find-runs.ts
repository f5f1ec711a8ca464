import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../program/errors.js';
import { RUN_FILES } from '../training/run-folder.js';

/** A folder of which there is something to see. */
export interface FoundRun {
  /** Its path from the folder that was asked for, with slashes; empty for that one itself. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** Has `events.jsonl`, what the trainer told. */
  readonly hasLog: boolean;
  /** Has `report.html`. */
  readonly hasPage: boolean;
}

/** How deep runs may lie: `runs/<time>/<name>`. */
const DEPTH = 2;
/** Folders that are looked into, at most: somebody may name the root of a disk. */
const FOLDERS = 2000;

/**
 * The runs of a folder: itself, and folders in it. Links are not followed.
 *
 * @param folder absolute.
 * @throws CliError `INPUT_INVALID` for a folder that cannot be read.
 */
export async function findRuns(folder: string): Promise<FoundRun[]> {
  const found: FoundRun[] = [];
  let level = [''];
  let looked = 0;
  for (let depth = 0; depth <= DEPTH; depth++) {
    const within: string[] = [];
    for (const name of level) {
      if (looked++ === FOLDERS) return found;
      const entries = await readdir(join(folder, name), { withFileTypes: true }).catch((cause: Error) => {
        if (name !== '') return [];
        throw new CliError('INPUT_INVALID', {
          where: folder,
          expected: 'the folder of a run, or one with runs in it',
          received: cause.message,
          cause,
        });
      });
      const has = (file: string): boolean => entries.some((entry) => entry.isFile() && entry.name === file);
      const [hasLog, hasPage] = [has(RUN_FILES.events), has(RUN_FILES.page)];
      if (hasLog || hasPage) found.push({ name, folder: join(folder, name), hasLog, hasPage });
      const folders = entries.filter(
        (entry) => entry.isDirectory() && !/^\.|^node_modules$/.test(entry.name),
      );
      within.push(...folders.map((entry) => (name === '' ? entry.name : `${name}/${entry.name}`)));
    }
    level = within;
  }
  return found;
}
