import { VideoError, type VideoErrorCode } from '../errors.js';
import type { VideoDataset } from '../video.js';

/**
 * What to do about a row that cannot be right. A file that is wrong as a whole is refused in any case: its header, its
 * quotes, its brackets.
 */
export type BadRowPolicy =
  /** Throw for the first one. */
  | 'refuse'
  /** Leave it out, and list it in `badRows`. */
  | 'skip';

/** A row that was left out. */
export interface BadRow {
  readonly source: string;
  /** From 1. */
  readonly line: number;
  readonly code: VideoErrorCode;
  readonly message: string;
}

/** A data set out of an annotation file. */
export interface AnnotatedDataset extends VideoDataset {
  /** The rows that were left out, in the order of the file; none under `refuse`. */
  readonly badRows: readonly BadRow[];
}

/** Reads rows one by one under a policy. */
export interface RowAttempts {
  readonly badRows: readonly BadRow[];
  /** Runs `read`, which reads one row. True if that went well. @throws {VideoError} what is not to be left out. */
  try(read: () => void): boolean;
  /** Leaves a row out for this fault, or throws it. */
  leaveOut(error: unknown): void;
}

export function rowAttempts(policy: BadRowPolicy): RowAttempts {
  const badRows: BadRow[] = [];
  const leaveOut = (error: unknown): void => {
    const isRow = error instanceof VideoError && error.fault === 'file' && error.line !== undefined;
    if (policy !== 'skip' || !isRow) throw error;
    badRows.push({ source: error.source!, line: error.line!, code: error.code, message: error.message });
  };
  return {
    badRows,
    leaveOut,
    try(read) {
      try {
        read();
        return true;
      } catch (error) {
        leaveOut(error);
        return false;
      }
    },
  };
}
