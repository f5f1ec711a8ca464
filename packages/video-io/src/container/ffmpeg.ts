import { AV_LOG_QUIET } from 'node-av/constants';
import { FFmpegError, Log } from 'node-av/lib';
import { VideoError, type VideoErrorCode } from '../errors.js';

/** FFmpeg's messages would go to stderr unasked; every failure reaches the caller as a `VideoError`. */
export function silenceFFmpeg(): void {
  Log.setLevel(AV_LOG_QUIET);
}

/** Throws when an FFmpeg call answered with a negative status. */
export function checkStatus(status: number, code: VideoErrorCode, doing: string, source: string): number {
  if (status >= 0) return status;
  throw new VideoError(code, {
    source,
    expected: `${doing} to succeed`,
    received: FFmpegError.strerror(status),
  });
}

/** Things that FFmpeg allocated, freed in reverse order. */
export interface Scope {
  /** Registers how to free `value`, and returns it. */
  own<T>(value: T, free: (value: T) => void): T;
  close(): void;
}

export function openScope(): Scope {
  const frees: (() => void)[] = [];
  return {
    own(value, free) {
      frees.push(() => free(value));
      return value;
    },
    close() {
      while (frees.length > 0) frees.pop()!();
    },
  };
}
