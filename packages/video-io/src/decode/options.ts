import { DEFAULT_LIMITS, raiseLimit, type VideoLimits } from '../container/limits.js';
import { nameOf } from '../container/open-container.js';
import { VideoError } from '../errors.js';
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
  /** Part of the displayed frame to take. Default: the largest centred one with the aspect of `size`. */
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

/** Bytes that one clip may hold: the largest buffer that every supported Node can make. */
const MAX_CLIP_BYTES = 2 ** 31 - 1;

/** Checks the options and fills in the defaults. Throws `OPTION_INVALID`, or `VIDEO_TOO_LARGE` for an index past the limit. */
export function planDecode(input: VideoInput, options: DecodeOptions): DecodePlan {
  const source = nameOf(input);
  const fail = (expected: string, received: string): never => {
    throw new VideoError('OPTION_INVALID', { source, expected, received });
  };
  const wanted = options.indices ?? options.times ?? fail('indices or times', 'neither');
  const by = options.indices === undefined ? 'time' : 'index';
  if (wanted.length === 0) fail('at least one frame', 'an empty list');
  for (const value of wanted) {
    if (by === 'index' && (!Number.isSafeInteger(value) || value < 0))
      fail('a frame index from 0', `${value}`);
    if (by === 'time' && !Number.isFinite(value)) fail('a frame time in seconds', `${value}`);
  }
  const { size, motionCell = 4, pixels = true, motion = false } = options;
  if (!pixels && !motion) fail('pixels or motion', 'neither');
  for (const [name, value] of Object.entries({ width: size.width, height: size.height, motionCell })) {
    if (!Number.isInteger(value) || value < 1) fail(`${name} as a whole number from 1`, `${value}`);
  }
  const bytes = pixels ? wanted.length * size.width * size.height * 3 : 0;
  if (bytes > MAX_CLIP_BYTES) fail(`a clip of at most ${MAX_CLIP_BYTES} bytes`, `${bytes}`);

  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const targets = [...new Set(wanted)].sort((a, b) => a - b);
  if (by === 'index' && options.clampToEnd !== true && targets.at(-1)! >= limits.frames) {
    throw new VideoError('VIDEO_TOO_LARGE', {
      source,
      expected: `frame indices below ${limits.frames}`,
      received: `${targets.at(-1)}`,
      advice: raiseLimit('frames'),
    });
  }
  return {
    by,
    wanted,
    targets,
    size,
    crop: options.crop,
    pixels,
    motion,
    motionCell,
    clampToEnd: options.clampToEnd ?? false,
    limits,
  };
}
