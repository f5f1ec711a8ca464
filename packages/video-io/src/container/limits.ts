import { VideoError } from '../errors.js';
import type { Size } from '../video.js';

/** What a video may cost before it is refused with `VIDEO_TOO_LARGE`. */
export interface VideoLimits {
  /** Pixels of one coded frame. */
  readonly pixels: number;
  /** Frames decoded for one clip: the last asked-for index must lie below. */
  readonly frames: number;
  /** Streams of all kinds in one file. */
  readonly streams: number;
  /** Seconds that the container says the video lasts. */
  readonly duration: number;
  /** Seconds spent on one opening of the file, looked at after every packet. */
  readonly time: number;
}

/** 8K pictures; two hours at 30 frames per second; what no camera writes; a day; what decoding all that takes. */
export const DEFAULT_LIMITS: VideoLimits = {
  pixels: 7680 * 4320,
  frames: 216_000,
  streams: 64,
  duration: 86_400,
  time: 300,
};

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

/** Throws `VIDEO_TOO_LARGE` when `got` is more than the limit of that name. */
export function checkLimit(
  name: 'streams' | 'duration' | 'time',
  got: number,
  limits: VideoLimits,
  source: string,
): void {
  if (got <= limits[name]) return;
  const unit = name === 'streams' ? 'streams' : `seconds of ${name}`;
  throw new VideoError('VIDEO_TOO_LARGE', {
    source,
    expected: `at most ${limits[name]} ${unit}`,
    received: `${got}`,
    advice: raiseLimit(name),
  });
}

/** What to do about a video that is beyond a limit. */
export function raiseLimit(name: keyof VideoLimits): string {
  return `Raise the option limits.${name} to take it.`;
}
