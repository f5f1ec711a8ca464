import { ModelError } from '@tgm/models';
import { TrainError } from '../errors.js';

/** The error of a file of a checkpoint that is not as it was written. */
export function damaged(where: string, expected: string, received: string, cause?: unknown): TrainError {
  return new TrainError('CHECKPOINT_DAMAGED', { where, expected, received, cause });
}

/**
 * The result of a call of the file system.
 * @throws TrainError with `CHECKPOINT_FAILED` where it refuses; what this package throws on purpose passes by.
 */
export async function orCheckpointFailed<T>(where: string, expected: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TrainError) throw error;
    // The system's own error, where @tgm/models has told it in its words.
    const cause = error instanceof ModelError && error.code === 'FILE_FAILED' ? error.cause : error;
    const received = cause instanceof Error ? cause.message : String(cause);
    throw new TrainError('CHECKPOINT_FAILED', { where, expected, received, cause });
  }
}

/** What the file system says where a file is missing, or something else lies in its place. */
const MISSING: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'ELOOP']);

/** What `@tgm/models` says of bytes that are no safetensors file, and of none. */
const UNREADABLE: ReadonlySet<unknown> = new Set(['SAFETENSORS_INVALID', 'CHECKPOINT_NOT_FOUND']);

/**
 * The result of reading a file of a checkpoint.
 * @throws TrainError with `CHECKPOINT_DAMAGED` when it is missing or no file of its kind; `CHECKPOINT_FAILED` when the system
 *   does not read it, which says nothing about the file.
 */
export async function orDamaged<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (MISSING.has((error as NodeJS.ErrnoException).code))
      throw damaged(path, 'a file of the checkpoint', 'none', error);
    if (error instanceof ModelError && UNREADABLE.has(error.code))
      throw damaged(error.where, error.expected, error.received, error);
    return orCheckpointFailed(path, 'a file that can be read', Promise.reject(error));
  }
}
