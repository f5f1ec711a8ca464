import { flag, optional, optionTable } from '@tgm/options';
import { checkLimit, joinLimits, raiseLimit, someLimits, type VideoLimits } from '../container/limits.js';
import { nameOf } from '../container/open-container.js';
import { VideoError } from '../errors.js';
import { count, numbers, rectangle, size } from '../option-fields.js';
import type { Rectangle, Size, VideoInput } from '../video.js';

/** Which frames: by place in presentation order, or by the time at which they are on screen. */
export type FrameChoice =
  /** [T] frame indices from 0, in any order, repeats allowed. */
  | { readonly indices: readonly number[]; readonly times?: undefined }
  /** [T] seconds on the video's clock: the frame shown at that time. Before the first frame's time, the first frame. */
  | { readonly times: readonly number[]; readonly indices?: undefined };

export type DecodeOptions = FrameChoice & {
  /** Size of the clip's frames. */
  readonly size: Size;
  /**
   * Part of the picture to take, in the displayed pixels of `VideoInfo`. Frames of another size give the same part of
   * theirs. Default: the largest centred one with the aspect of `size`.
   */
  readonly crop?: Rectangle;
  /** Convert pixels. False, for motion alone, leaves `frames` empty. Default true. */
  readonly pixels?: boolean;
  /** Also give a `MotionField`. Default false. */
  readonly motion?: boolean;
  /** Side of a motion cell in output pixels. Default 4. */
  readonly motionCell?: number;
  /** An index or time past the end takes the last frame instead of failing. Default false. */
  readonly clampToEnd?: boolean;
  readonly limits?: Partial<VideoLimits>;
};

/** The same with every default filled in. */
export interface DecodePlan {
  readonly by: 'index' | 'time';
  /** [T] as asked for. */
  readonly wanted: readonly number[];
  /** The same without repeats, ascending. */
  readonly targets: readonly number[];
  readonly size: Size;
  readonly crop: Rectangle | undefined;
  readonly pixels: boolean;
  readonly motion: boolean;
  readonly motionCell: number;
  readonly clampToEnd: boolean;
  readonly limits: VideoLimits;
}

const OPTIONS = optionTable(
  'decodeClip',
  {
    indices: optional(numbers('frame index from 0', (value) => Number.isSafeInteger(value) && value >= 0)),
    times: optional(numbers('frame time in seconds', Number.isFinite)),
    size: size(),
    crop: optional(rectangle()),
    pixels: optional(flag(), true),
    motion: optional(flag(), false),
    motionCell: optional(count(), 4),
    clampToEnd: optional(flag(), false),
    limits: optional(someLimits()),
  } satisfies Record<keyof DecodeOptions, unknown>,
  VideoError,
);

/** Checks the options and fills in the defaults. Throws `OPTION_INVALID`, or `VIDEO_TOO_LARGE` for more than the limits. */
export function planDecode(input: VideoInput, options: DecodeOptions): DecodePlan {
  const { indices, times, size, crop, pixels, motion, motionCell, clampToEnd, ...given } =
    OPTIONS.check(options);
  const source = nameOf(input);
  const list = indices ?? times;
  if (list === undefined || (indices !== undefined && times !== undefined)) {
    throw new VideoError('OPTION_INVALID', {
      source,
      expected: 'either indices or times',
      received: list === undefined ? 'neither' : 'both',
    });
  }
  if (!pixels && !motion) {
    throw new VideoError('OPTION_INVALID', { source, expected: 'pixels or motion', received: 'neither' });
  }
  const by = indices === undefined ? 'time' : 'index';
  const wanted = Array.from(list);
  const limits = joinLimits(given.limits);
  checkLimit('bytes', pixels ? wanted.length * size.width * size.height * 3 : 0, limits, source);
  const targets = [...new Set(wanted)].sort((a, b) => a - b);
  if (by === 'index' && !clampToEnd && targets.at(-1)! >= limits.frameCount) {
    throw new VideoError('VIDEO_TOO_LARGE', {
      source,
      expected: `frame indices below ${limits.frameCount}`,
      received: `${targets.at(-1)}`,
      advice: raiseLimit('frameCount'),
    });
  }
  return { by, wanted, targets, size, crop, pixels, motion, motionCell, clampToEnd, limits };
}
