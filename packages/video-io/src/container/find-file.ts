import {
  type BigIntStats,
  closeSync,
  lstatSync,
  opendirSync,
  openSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { VideoError } from '../errors.js';
import { fileError, isSystemError, systemFailed } from '../system-failure.js';
import type { VideoSource } from '../video.js';
import { fileVersion } from './file-version.js';

const FOLDER_ADVICE =
  'The drive may be away. Where the folder is gone for good, leave its videos out of the data set.';

const NETWORK_ADDRESS = /^[a-z][a-z\d+.-]*:\/\//i;

/**
 * What the file system says about a video: a regular file, since a pipe or a device could block for ever.
 *
 * @throws {VideoError} `VIDEO_NOT_FOUND`; `SYSTEM_FAILED` where the file cannot be reached, or its whole folder is away.
 */
export function findFile(source: VideoSource): BigIntStats {
  const expected = 'a video file';
  try {
    const stats = statSync(source, { bigint: true });
    if (stats.isFile()) return stats;
    const received = stats.isDirectory() ? 'a folder' : 'a pipe or a device';
    throw new VideoError('VIDEO_NOT_FOUND', { source, expected, received });
  } catch (error) {
    if (error instanceof VideoError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT' && !NETWORK_ADDRESS.test(source);
    if (missing && isFolderAway(source))
      throw systemFailed(source, 'a folder with files in it', error as Error, FOLDER_ADVICE);
    throw fileError(error, 'VIDEO_NOT_FOUND', source, expected);
  }
}

/**
 * Whether the folder of a file that is not there is missing as well, or empty, as the folder on which a drive was mounted
 * is. Then more is away than this file. Of a link it is the folder of what it leads to.
 */
function isFolderAway(path: string): boolean {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
      return isFolderAway(resolve(dirname(path), readlinkSync(path)));
    }
    const folder = opendirSync(dirname(path));
    try {
      return folder.readSync() === null;
    } finally {
      folder.closeSync();
    }
  } catch {
    return true;
  }
}

/** Bytes that are read at once. */
const STEP = 2 ** 22;

/** Tells the content of a file from a later one; nothing where it cannot be told. */
export function contentVersion(path: string): string | undefined {
  try {
    return fileVersion(statSync(path, { bigint: true }));
  } catch {
    return undefined;
  }
}

/**
 * Reads a file that FFmpeg calls damaged: it tells damage and a disk that gives no bytes by the same words. Damage in a
 * file that changed meanwhile is none either: someone is still writing it.
 *
 * @param before its version when it was opened.
 * @throws {VideoError} `SYSTEM_FAILED`
 */
export function requireWhole(path: string, before: string | undefined): void {
  findFile(path);
  try {
    const file = openSync(path, 'r');
    try {
      const step = Buffer.allocUnsafe(STEP);
      while (readSync(file, step, 0, STEP, null) > 0);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (isSystemError(error)) throw systemFailed(path, 'to read the file', error);
  }
  if (contentVersion(path) === before) return;
  const cause = Object.assign(new Error('one that changed meanwhile'), { code: 'EBUSY' });
  throw systemFailed(path, 'a file that nobody writes', cause);
}
