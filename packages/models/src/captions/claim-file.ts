import { dirname } from 'node:path';
import { ModelError } from '../errors.js';
import { orFileFailed } from '../file-failed.js';
import { type HeldLock, lockFile } from '../lock-file.js';

/**
 * Claims a file that grows line by line or class by class.
 *
 * @returns a function that gives it free.
 * @throws ModelError with `CAPTIONS_LOCKED` where another run writes it, `FILE_FAILED`
 */
export function claimFile(path: string, expected: string): Promise<() => Promise<void>> {
  const claim = lockFile(path, writtenByAnother).catch((cause: NodeJS.ErrnoException) => {
    // The system names the lock, which the caller does not know.
    if (cause.code !== 'ENOENT' && cause.code !== 'ENOTDIR') throw cause;
    const received = `${cause.code}: no folder ${dirname(path)}`;
    throw new ModelError('FILE_FAILED', { where: path, expected, received, cause });
  });
  return orFileFailed(path, expected, claim);
}

function writtenByAnother({ path, holder }: HeldLock): ModelError {
  return new ModelError('CAPTIONS_LOCKED', {
    where: path.slice(0, -'.lock'.length),
    expected: 'a file that no other run writes',
    received: holder
      ? `one that process ${holder.pid} on ${holder.host} has written since ${holder.since}`
      : 'one with a lock that does not say whose it is',
    advice: `If that run has ended, remove ${path}.`,
  });
}
