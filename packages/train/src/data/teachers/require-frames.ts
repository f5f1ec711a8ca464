import { showValue } from '@tgm/options';
import { TrainError } from '../../errors.js';

/** What decides the bytes of a clip. */
export interface ClipSize {
  readonly numFrames: number;
  readonly imageSize: number;
}

/** @throws TrainError `OPTION_INVALID` unless a teacher gets [T, H, W, 3] bytes of its size. */
export function requireFrames(teacher: string, { numFrames, imageSize }: ClipSize, frames: Uint8Array): void {
  const bytes = numFrames * imageSize * imageSize * 3;
  if (frames instanceof Uint8Array && frames.length === bytes) return;
  throw new TrainError('OPTION_INVALID', {
    where: `${teacher} features, argument frames`,
    expected: `${numFrames} frames of ${imageSize} x ${imageSize} pixels, ${bytes} bytes`,
    received: frames instanceof Uint8Array ? `${frames.length} bytes` : showValue(frames),
  });
}
