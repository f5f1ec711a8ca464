import { ModelError } from '@tgm/models';
import { EvaluationError } from '../errors.js';

/**
 * The result of a call of the file system, or of a function of `@tgm/models` that writes.
 * @throws EvaluationError `FILE_FAILED` where the system refuses.
 */
export async function orFileFailed<T>(path: string, expected: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const failed = isSystemError(error) || (error instanceof ModelError && error.code === 'FILE_FAILED');
    if (!failed) throw error;
    throw new EvaluationError('FILE_FAILED', {
      where: path,
      expected,
      received: (error as Error).message,
      cause: error,
    });
  }
}

/**
 * What a file holds; undefined where there is none.
 * @throws EvaluationError `FILE_FAILED`
 */
export function orAbsent<T>(path: string, reading: Promise<T>): Promise<T | undefined> {
  const absent = reading.catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return orFileFailed(path, 'a file that can be read', absent);
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === 'number';

/** Makes the error of a file that is not as it was written. */
export type DamagedFile = (
  where: string,
  expected: string,
  received: string,
  cause?: unknown,
) => EvaluationError;

const advising =
  (advice: string): DamagedFile =>
  (where, expected, received, cause) =>
    new EvaluationError('FEATURES_DAMAGED', {
      where,
      expected,
      received,
      ...(cause !== undefined && { cause }),
      advice,
    });

export const damaged = advising('Remove the files of that shard, and `writeFeatures` makes it again.');

/** The same of `index.json`: the run that wrote it writes the same one again, which its shards know. */
export const damagedIndex = advising('Remove it, and call `writeFeatures` as before: it is made again.');
