import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { callable, optionTable, text } from '@tgm/options';
import { ModelError } from './errors.js';
import { orFileFailed } from './file-failed.js';

/** Writes of this process, so that two of one path have files of their own. */
let writes = 0;

type Write = (file: FileHandle) => Promise<void>;

const table = optionTable('writeAtomically', { path: text(), write: callable<Write>() }, ModelError);

/**
 * Writes a file so that `path` is at every moment the old file, none, or the whole new one: what `write` puts into a file of
 * another name is flushed to the disk, and the file renamed.
 * @throws ModelError with `OPTION_INVALID`, `FILE_FAILED`
 */
export async function writeAtomically(path: string, write: Write): Promise<void> {
  table.check({ path, write });
  await orFileFailed(path, 'a path that can be written', replaced(path, write));
}

async function replaced(path: string, write: Write): Promise<void> {
  const partial = `${path}.${process.pid}.${writes++}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      await write(file);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  // The rename itself is in the folder, which has to reach the disk too. Windows cannot flush a folder.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(path));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
