import { closeSync, openSync, readSync } from 'node:fs';
import { isSystemError, systemFailed } from '../system-failure.js';
import { contentVersion } from './file-version.js';
import { findFile } from './find-file.js';

/** Bytes that are read at once. */
const STEP = 2 ** 22;

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
