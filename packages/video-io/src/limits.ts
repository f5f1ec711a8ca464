import { VideoError } from './errors.js';
import type { Size } from './video.js';

/** What a video may cost before it is refused with `VIDEO_TOO_LARGE`. */
export interface VideoLimits {
  /** Pixels of one coded frame. */
  readonly pixels: number;
  /** Frames decoded for one clip: the last asked-for index must lie below. */
  readonly frames: number;
}

/** 8K pictures; two hours at 30 frames per second. */
export const DEFAULT_LIMITS: VideoLimits = { pixels: 7680 * 4320, frames: 216_000 };

/** Throws `VIDEO_TOO_LARGE` when a frame has more pixels than allowed. */
export function checkPixels(size: Size, limits: VideoLimits, source: string): void {
  if (size.width * size.height <= limits.pixels) return;
  throw new VideoError(
    'VIDEO_TOO_LARGE',
    `Expected frames of at most ${limits.pixels} pixels, got ${size.width}x${size.height} in "${source}".`,
    { source },
  );
}
