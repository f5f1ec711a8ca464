import type { Fault } from '@tgm/options';
import { ModelError } from '../errors.js';

/** What may be wrong with a folder of shards. */
export type ShardFaultKind =
  /** It holds something else. */
  | 'different'
  /** It, or one of its shards, is not there. */
  | 'missing'
  /** A file is not as it was written. */
  | 'damaged'
  /** Another process writes the same shards. */
  | 'locked'
  /** The system does not read or write a file; `cause` has its own error. */
  | 'failed';

/** Makes a package's own error of a fault. */
export type ShardFault = (kind: ShardFaultKind, fault: Fault) => Error;

/**
 * The result of a call of the file system, or of a function of this package that writes.
 * @throws a `failed` fault where the system refuses.
 */
export async function orFailed<T>(
  fault: ShardFault,
  path: string,
  expected: string,
  call: Promise<T>,
): Promise<T> {
  try {
    return await call;
  } catch (error) {
    const refused = isSystemError(error) || (error instanceof ModelError && error.code === 'FILE_FAILED');
    if (!refused) throw error;
    throw fault('failed', { where: path, expected, received: (error as Error).message, cause: error });
  }
}

/**
 * What a file holds; undefined where there is none.
 * @throws a `failed` fault
 */
export function orAbsent<T>(fault: ShardFault, path: string, reading: Promise<T>): Promise<T | undefined> {
  const absent = reading.catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw error;
  });
  return orFailed(fault, path, 'a file that can be read', absent);
}

const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === 'number';
