import { ModelError } from './errors.js';

/**
 * The result of a call of the file system.
 * @throws ModelError with `FILE_FAILED` where it refuses; what is thrown on purpose passes by.
 */
export async function orFileFailed<T>(path: string, expected: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw isSystemError(error) ? fileFailed(path, expected, error) : error;
  }
}

/**
 * The result of reading `path`.
 * @throws ModelError with `CHECKPOINT_NOT_FOUND` when there is no such file, `FILE_FAILED` when it cannot be read.
 */
export async function orNotFound<T>(path: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (error.code === 'ENOENT') throw notFound(path, 'none', error);
    if (error.code === 'ENOTDIR') throw notFound(path, 'none, for its folder is a file', error);
    throw fileFailed(path, 'a checkpoint file', error);
  }
}

export function notFound(path: string, received = 'none', cause?: unknown): ModelError {
  return new ModelError('CHECKPOINT_NOT_FOUND', {
    where: path,
    expected: 'a checkpoint file',
    received,
    cause,
  });
}

function fileFailed(path: string, expected: string, cause: NodeJS.ErrnoException): ModelError {
  return new ModelError('FILE_FAILED', { where: path, expected, received: cause.message, cause });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === 'number';
}
