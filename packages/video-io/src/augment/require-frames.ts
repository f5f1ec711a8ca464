import { VideoError } from '../errors.js';
import type { Size } from '../video.js';

/** @throws {VideoError} `OPTION_INVALID` unless there is a whole number of RGB frames of this size. */
export function requireFrames(where: string, frames: Uint8Array, { width, height }: Size): void {
  const count = frames.length / (width * height * 3);
  if (Number.isInteger(count)) return;
  throw new VideoError('OPTION_INVALID', {
    where,
    expected: '[T, height, width, 3] bytes',
    received: `${frames.length} bytes for ${width}x${height}`,
  });
}
