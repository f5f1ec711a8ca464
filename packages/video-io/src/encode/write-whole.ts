import { open, rename, rm } from 'node:fs/promises';
import { checkStatus, openScope, type Scope, silenceFFmpeg } from '../container/ffmpeg.js';
import { VideoError } from '../errors.js';
import { fileError, isPathFault, systemFailed } from '../system-failure.js';

/** A file that FFmpeg writes. */
export interface OpenFile {
  /** What it will be called, for errors. */
  readonly path: string;
  /** What it is called until it is complete. */
  readonly temporary: string;
  /** Throws `VIDEO_ENCODE_FAILED` when an FFmpeg call answered with a negative status. */
  check(status: number, doing: string): number;
}

/** Two files for the same path at once must not share a temporary file. */
let nextTemporary = 0;

/**
 * Lets FFmpeg write a file, which appears under its path only when it is complete.
 *
 * @param what For errors, `a video`.
 * @throws {VideoError} `VIDEO_ENCODE_FAILED`, and `SYSTEM_FAILED` when the file system refuses, also where there is no folder.
 */
export async function writeWhole(
  path: string,
  what: string,
  write: (file: OpenFile, scope: Scope) => void,
): Promise<void> {
  silenceFFmpeg();
  const temporary = `${path}.${process.pid}-${nextTemporary++}.tmp`;
  const scope = openScope();
  try {
    // The file system says why it takes no file; FFmpeg's status would leave it open.
    await (await open(temporary, 'w')).close();
    const check = (status: number, doing: string) => checkStatus(status, 'VIDEO_ENCODE_FAILED', doing, path);
    write({ path, temporary, check }, scope);
    scope.close();
    await rename(temporary, path);
  } catch (error) {
    scope.close();
    await rm(temporary, { force: true });
    if (error instanceof VideoError) throw error;
    if (isPathFault(error)) throw systemFailed(path, `to write ${what}`, error, 'Its folder must be there.');
    throw fileError(error, 'VIDEO_ENCODE_FAILED', path, `to write ${what}`);
  }
}
