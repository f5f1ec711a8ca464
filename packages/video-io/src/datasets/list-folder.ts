import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, isSystemError, systemFailed } from '../system-failure.js';

/** Why a file, or a folder with all that is in it, is not in a data set. */
export type LeftOutReason =
  /** Its name begins with a dot: `._x.mp4` of macOS, `.git`. */
  | 'hidden'
  /** A link that leads nowhere. */
  | 'broken link'
  /** A link to a folder that it lies in. */
  | 'loop'
  /** A pipe or a device. */
  | 'special'
  /** Its ending is not that of a video, nor is it a caption of one. */
  | 'ending';

export interface LeftOutFile {
  /** Relative to the folder, with `/`; that of a folder ends in `/`. */
  readonly path: string;
  readonly reason: LeftOutReason;
}

export interface ListedFolder {
  /** Paths of the files relative to the folder, with `/`, sorted. */
  readonly files: readonly string[];
  /** Names of the folders that lie in it, sorted. */
  readonly folders: readonly string[];
  readonly leftOut: readonly LeftOutFile[];
}

/**
 * All files under a folder, links followed.
 *
 * @throws {VideoError} `FOLDER_EMPTY` unless there is a folder, `SYSTEM_FAILED` when one cannot be read.
 */
export async function listFolder(root: string): Promise<ListedFolder> {
  const files: string[] = [];
  const folders: string[] = [];
  const leftOut: LeftOutFile[] = [];

  /** @param path of the folder, relative, ending in `/` or empty. @param around the folders that it lies in. */
  async function walk(path: string, around: ReadonlySet<string>): Promise<void> {
    const own = await realpath(join(root, path)).catch(refuse(path));
    if (around.has(own)) {
      leftOut.push({ path, reason: 'loop' });
      return;
    }
    const inside = new Set([...around, own]);
    for (const entry of await readdir(join(root, path), { withFileTypes: true }).catch(refuse(path))) {
      const name = path + entry.name;
      const kind = entry.name.startsWith('.') ? 'hidden' : await kindOf(join(root, name), entry);
      if (kind === 'folder') {
        if (path === '') folders.push(entry.name);
        await walk(`${name}/`, inside);
      } else if (kind === 'file') files.push(name);
      else leftOut.push({ path: entry.isDirectory() ? `${name}/` : name, reason: kind });
    }
  }

  const refuse =
    (path: string) =>
    (error: Error): never => {
      throw fileError(error, 'FOLDER_EMPTY', join(root, path), 'a folder');
    };
  await walk('', new Set());
  return { files: files.sort(), folders: folders.sort(), leftOut };
}

async function kindOf(path: string, entry: Dirent): Promise<'file' | 'folder' | LeftOutReason> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  try {
    const target = await stat(path);
    return target.isFile() ? 'file' : target.isDirectory() ? 'folder' : 'special';
  } catch (error) {
    if (isSystemError(error)) throw systemFailed(path, 'a link that can be followed', error);
    return 'broken link';
  }
}
