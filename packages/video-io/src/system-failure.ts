import { constants } from 'node:os';
import { VideoError, type VideoErrorCode } from './errors.js';

/** What a file system says when a path leads to nothing. The path is at fault then, in all other cases the system. */
const PATH_FAULTS: ReadonlyMap<string | undefined, string> = new Map([
  ['EISDIR', 'a folder'],
  ['ELOOP', 'links that lead in a circle'],
  ['ENAMETOOLONG', 'a name that is too long'],
  ['ENOENT', 'nothing there'],
  ['ENOTDIR', 'a file where a folder must be'],
]);

/**
 * Errors that FFmpeg only passes on from the system. Others it also gives for damage in a file: EINVAL, EPERM (which is
 * -1), ENOENT, and EIO when it opens one.
 */
const SYSTEM_ERRORS: ReadonlySet<string> = new Set([
  'EACCES',
  'EBUSY',
  'ECONNRESET',
  'EDQUOT',
  'EFBIG',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENODEV',
  'ENOLCK',
  'ENOSPC',
  'ENOTCONN',
  'ENXIO',
  'EROFS',
  'ESTALE',
  'ETIMEDOUT',
]);

const NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

/** An error of the system's own; `code` is its name, e.g. `EMFILE`. */
export type SystemError = Error & { readonly code: string };

/**
 * The error of the system that a negative status of FFmpeg stands for, if it surely is one.
 *
 * @param reading the status of reading a packet: damage never gives EIO there.
 */
export function systemErrorOf(status: number, text: string, reading = false): SystemError | undefined {
  const code = NAMES.get(-status) ?? '';
  const isOwn =
    SYSTEM_ERRORS.has(code) || (code === 'EIO' && reading) || (code === 'ENOMEM' && isMemoryShort());
  return isOwn ? Object.assign(new Error(`${code}: ${text}`), { code }) : undefined;
}

/** More than any sound video needs at once. */
const LARGE_BLOCK = 2 ** 28;

/** A damaged header may ask for an absurd amount of memory. Where a large block is to be had, that was the reason. */
function isMemoryShort(): boolean {
  try {
    return new ArrayBuffer(LARGE_BLOCK).byteLength < LARGE_BLOCK;
  } catch {
    return true;
  }
}

/** `SYSTEM_FAILED`: it is not the fault of the file that something could not be done with it. */
export function systemFailed(
  source: string,
  expected: string,
  cause: Error,
  advice = 'That is a fault of the system, not of the file: a later run may succeed.',
): VideoError {
  return new VideoError('SYSTEM_FAILED', {
    source,
    expected,
    received: cause.message,
    advice,
    cause,
  });
}

/** Whether a call of the file system failed for a reason that is not in the path. */
export function isSystemError(error: unknown): error is SystemError {
  return isFromSystem(error) && !PATH_FAULTS.has(error.code);
}

/** Whether a call of the file system failed since its path leads nowhere. */
export function isPathFault(error: unknown): error is SystemError {
  return isFromSystem(error) && PATH_FAULTS.has(error.code);
}

function isFromSystem(error: unknown): error is SystemError {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === 'number';
}

/** The error for a failed call of the file system: `SYSTEM_FAILED`, or `code` where the path itself is at fault. */
export function fileError(
  cause: unknown,
  code: VideoErrorCode,
  source: string,
  expected: string,
): VideoError {
  if (isSystemError(cause)) return systemFailed(source, expected, cause);
  if (isPathFault(cause)) {
    const received = `${PATH_FAULTS.get(cause.code)} (${cause.code})`;
    return new VideoError(code, { source, expected, received, cause });
  }
  const received = cause instanceof Error ? cause.message : String(cause);
  return new VideoError(code, { source, expected, received, cause });
}
