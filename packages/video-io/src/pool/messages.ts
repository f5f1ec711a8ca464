import type { DecodeOptions } from '../decode/options.js';
import type { ProbeOptions } from '../decode/probe.js';
import type { VideoErrorCode, VideoErrorFields } from '../errors.js';
import type { KnownVideo } from '../frame-index/cache.js';
import type { VideoClip, VideoInfo, VideoInput } from '../video.js';

/** What the pool asks of a worker. One at a time. */
export type WorkerRequest =
  | {
      readonly kind: 'decode';
      readonly source: VideoInput;
      readonly options: DecodeOptions;
      readonly known?: KnownVideo | undefined;
    }
  | { readonly kind: 'probe'; readonly source: VideoInput; readonly options: ProbeOptions };

/** What the worker answers. Errors lose their class on the way, so they travel as fields. */
export type WorkerReply =
  | {
      readonly kind: 'done';
      readonly result: VideoClip | VideoInfo;
      readonly learnt?: KnownVideo | undefined;
    }
  | {
      readonly kind: 'refused';
      readonly code: VideoErrorCode;
      readonly message: string;
      readonly fields: VideoErrorFields;
    }
  | { readonly kind: 'failed'; readonly message: string };
