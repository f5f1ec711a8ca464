import { type BigIntStats, lstatSync, opendirSync, readlinkSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { VideoError } from '../errors.js';
import { fileError, systemFailed } from '../system-failure.js';
import type { VideoSource } from '../video.js';

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
