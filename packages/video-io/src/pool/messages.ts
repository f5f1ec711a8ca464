import type { DecodeOptions } from '../decode/options.js';
import type { ProbeOptions, TimelineOptions } from '../decode/probe.js';
import { VideoError, type VideoErrorCode, type VideoFault } from '../errors.js';
import type { KnownVideo } from '../frame-index/cache.js';
import type { VideoClip, VideoInfo, VideoInput, VideoTimeline } from '../video.js';

/** What the pool asks of a worker. */
export type WorkerRequest =
  | {
      readonly kind: 'decode';
      readonly source: VideoInput;
      readonly options: DecodeOptions;
      readonly known?: KnownVideo | undefined;
    }
  | {
      readonly kind: 'probe';
      readonly source: VideoInput;
      readonly options: ProbeOptions;
      readonly known?: KnownVideo | undefined;
    }
  | {
      readonly kind: 'timeline';
      readonly source: VideoInput;
      readonly options: TimelineOptions;
      readonly known?: KnownVideo | undefined;
    };

/** A request as it is sent. Several wait at a worker; whoever is first to claim one does it. */
export type PostedRequest = WorkerRequest & { readonly claim: Claim };

/** [1] shared: 0 until a thread begins the request, or the pool takes it back. */
export type Claim = Int32Array<SharedArrayBuffer>;

export const newClaim = (): Claim => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/** True for the first who asks. */
export const claimed = (claim: Claim): boolean => Atomics.compareExchange(claim, 0, 0, 1) === 0;

/** What the worker answers. Errors lose their class on the way, so they travel as fields. */
export type WorkerReply =
  | {
      readonly kind: 'done';
      readonly result: VideoClip | VideoInfo | VideoTimeline;
      readonly learnt?: KnownVideo | undefined;
    }
  | SentError
  | { readonly kind: 'failed'; readonly message: string };

/** A `VideoError` as plain data: classes do not travel. */
export interface SentError {
  readonly kind: 'refused';
  readonly code: VideoErrorCode;
  readonly fault: VideoFault;
  /** The cause in words, with the system's name of it, e.g. `EMFILE`. */
  readonly cause: { readonly message: string; readonly code: string | undefined } | undefined;
}

export function sentError(error: VideoError): SentError {
  const { code, where, expected, received, advice, source, line, index, frameCount, cause } = error;
  return {
    kind: 'refused',
    code,
    fault: { where, expected, received, ...(advice && { advice }), source, line, index, frameCount },
    cause:
      cause instanceof Error
        ? { message: cause.message, code: (cause as NodeJS.ErrnoException).code }
        : cause === undefined
          ? undefined
          : { message: String(cause), code: undefined },
  };
}

export function receivedError({ code, fault, cause }: SentError): VideoError {
  if (cause === undefined) return new VideoError(code, fault);
  const named = cause.code === undefined ? {} : { code: cause.code };
  return new VideoError(code, { ...fault, cause: Object.assign(new Error(cause.message), named) });
}
