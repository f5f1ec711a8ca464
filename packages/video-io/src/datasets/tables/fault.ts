import { VideoError, type VideoErrorCode } from '../../errors.js';

/** Throws for a row of a file: what was expected there, and what came instead. */
export type RowFault = (expected: string, received: string, code?: VideoErrorCode) => never;

/** An error about a whole annotation file, or about a line of it (from 1). */
export function manifestFault(
  path: string,
  expected: string,
  received: string,
  line?: number,
  code: VideoErrorCode = 'MANIFEST_INVALID',
): VideoError {
  return new VideoError(code, { source: path, line, expected, received });
}

export function rowFault(path: string, line: number): RowFault {
  return (expected, received, code) => {
    throw manifestFault(path, expected, received, line, code);
  };
}

/** A value as it would stand in JSON; `nothing` where there is none. */
export function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
