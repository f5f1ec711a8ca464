import { type Field, nested, number, optional, wholeNumber } from '@tgm/options';
import { VideoError } from '../errors.js';
import type { Size } from '../video.js';

/** What a video may cost before it is refused with `VIDEO_TOO_LARGE`. */
export interface VideoLimits {
  /** Pixels of one coded frame. */
  readonly pixels: number;
  /** Frames of the video: an index must lie below, and a longer one has no timeline. Each takes some 40 bytes. */
  readonly frameCount: number;
  /** Streams of all kinds in one file. */
  readonly streams: number;
  /** Seconds that the container says the video lasts. */
  readonly duration: number;
  /** Seconds spent on one opening of the file, looked at after every packet. */
  readonly time: number;
  /** Bytes of one clip's pixels. */
  readonly bytes: number;
}

/**
 * 8K pictures; six hours at 60 frames per second, in memory some 50 MB; what no camera writes; a day; what the reading of
 * all that takes; the largest buffer that every supported Node can make.
 */
export const DEFAULT_LIMITS: VideoLimits = {
  pixels: 7680 * 4320,
  frameCount: 1_296_000,
  streams: 64,
  duration: 86_400,
  time: 300,
  bytes: 2 ** 31 - 1,
};

/** Some of the limits; `joinLimits` adds the others. */
export const someLimits = (): Field<Partial<VideoLimits>> =>
  nested({
    pixels: optional(wholeNumber({ from: 0 })),
    frameCount: optional(wholeNumber({ from: 0 })),
    streams: optional(wholeNumber({ from: 0 })),
    duration: optional(number({ from: 0 })),
    time: optional(number({ from: 0 })),
    bytes: optional(wholeNumber({ from: 0 })),
  } satisfies Record<keyof VideoLimits, unknown>) as Field<Partial<VideoLimits>>;

/** Limits of the greater weight last; what none of them names has its default. */
export function joinLimits(...parts: readonly (Partial<VideoLimits> | undefined)[]): VideoLimits {
  const limits: Record<keyof VideoLimits, number> = { ...DEFAULT_LIMITS };
  for (const part of parts) {
    for (const name of Object.keys(DEFAULT_LIMITS) as (keyof VideoLimits)[]) {
      limits[name] = part?.[name] ?? limits[name];
    }
  }
  return limits;
}

/** Throws `VIDEO_TOO_LARGE` when a frame has more pixels than allowed. */
export function checkPixels(size: Size, limits: VideoLimits, source: string): void {
  if (size.width * size.height <= limits.pixels) return;
  throw new VideoError('VIDEO_TOO_LARGE', {
    source,
    expected: `frames of at most ${limits.pixels} pixels`,
    received: `${size.width}x${size.height}`,
    advice: raiseLimit('pixels'),
  });
}

const UNITS: Readonly<Record<keyof VideoLimits, string>> = {
  pixels: 'pixels',
  frameCount: 'frames',
  streams: 'streams',
  duration: 'seconds of duration',
  time: 'seconds of time',
  bytes: 'bytes of pixels',
};

/** Throws `VIDEO_TOO_LARGE` when `got` is more than the limit of that name. */
export function checkLimit(name: keyof VideoLimits, got: number, limits: VideoLimits, source: string): void {
  if (got <= limits[name]) return;
  throw new VideoError('VIDEO_TOO_LARGE', {
    source,
    expected: `at most ${limits[name]} ${UNITS[name]}`,
    received: `${got}`,
    advice: raiseLimit(name),
  });
}

/** What to do about a video that is beyond a limit. */
export function raiseLimit(name: keyof VideoLimits): string {
  return `Raise the option limits.${name} to take it.`;
}
