import { showValue } from '@tgm/options';
import { VideoError } from '../errors.js';
import type { Size } from '../video.js';

/** How many frames some bytes are. @throws {VideoError} `OPTION_INVALID` unless they are whole frames, one at least. */
export function countFrames(path: string, frames: Uint8Array, { width, height }: Size): number {
  const count = frames?.length / (width * height * 3);
  const isBytes = frames instanceof Uint8Array || (frames as unknown) instanceof Uint8ClampedArray;
  if (isBytes && Number.isInteger(count) && count >= 1) return count;
  throw new VideoError('OPTION_INVALID', {
    source: path,
    expected: '[T, height, width, 3] bytes',
    received: isBytes ? `${frames.length} bytes for ${width}x${height}` : showValue(frames),
  });
}
