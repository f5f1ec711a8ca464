import { VideoError, type VideoErrorCode } from '../errors.js';
import { systemErrorOf, systemFailed } from '../system-failure.js';
import { AV_LOG_QUIET } from './ffmpeg-constants.js';
import { ffmpeg } from './load-ffmpeg.js';

/** FFmpeg's messages would go to stderr unasked; every failure reaches the caller as a `VideoError`. */
export function silenceFFmpeg(): void {
  ffmpeg().Log.setLevel(AV_LOG_QUIET);
}

/** Throws when an FFmpeg call answered with a negative status: `code`, or `SYSTEM_FAILED` where the system is the reason. */
export function checkStatus(status: number, code: VideoErrorCode, doing: string, source: string): number {
  return status >= 0 ? status : fail(status, code, doing, source);
}

/** The same for the reading of a packet. */
export function checkReading(status: number, source: string): void {
  if (status < 0) fail(status, 'VIDEO_DECODE_FAILED', 'reading the file', source, true);
}

function fail(status: number, code: VideoErrorCode, doing: string, source: string, reading = false): never {
  const expected = `${doing} to succeed`;
  const received = ffmpeg().FFmpegError.strerror(status);
  const cause = systemErrorOf(status, received, reading);
  throw cause ? systemFailed(source, expected, cause) : new VideoError(code, { source, expected, received });
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
