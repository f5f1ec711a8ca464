import { VideoError, type VideoErrorCode } from '../../errors.js';

/** Throws for a row of a file: says the file and the line, then what is wrong there. */
export type RowFault = (message: string, code?: VideoErrorCode) => never;

/** An error about a whole annotation file, or about a line of it (from 1). `message` has no full stop. */
export function manifestFault(
  path: string,
  message: string,
  line?: number,
  code: VideoErrorCode = 'MANIFEST_INVALID',
): VideoError {
  const where = line === undefined ? path : `${path}:${line}`;
  return new VideoError(code, `${where}: ${message}.`, { source: path, ...(line !== undefined && { line }) });
}

export function rowFault(path: string, line: number): RowFault {
  return (message, code) => {
    throw manifestFault(path, message, line, code);
  };
}

/** A value as it would stand in JSON; `nothing` where there is none. */
export function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
