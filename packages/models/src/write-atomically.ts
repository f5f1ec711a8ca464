import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { orFileFailed } from './file-failed.js';

/** Writes of this process, so that two of one path have files of their own. */
let writes = 0;

/**
 * Writes a file so that `path` is at every moment the old file, none, or the whole new one.
 * @throws ModelError with `FILE_FAILED`
 */
export function writeAtomically(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  return orFileFailed(path, 'a path that can be written', replaced(path, write));
}

async function replaced(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
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
