import { optionTable } from '@tgm/options';
import type { Random } from '@tgm/random';
import { VideoError } from '../errors.js';
import * as fields from '../option-fields.js';
import type { Size } from '../video.js';

const FIELDS = { frames: fields.bytes(), size: fields.size(), random: fields.random() };

/** @throws {VideoError} `OPTION_INVALID` unless there is a whole number of RGB frames of this size, and a generator. */
export function requireFrames(where: string, frames: Uint8Array, size: Size, random: Random): void {
  optionTable(where, FIELDS, VideoError).check({ frames, size, random });
  const { width, height } = size;
  const count = frames.length / (width * height * 3);
  if (Number.isInteger(count)) return;
  throw new VideoError('OPTION_INVALID', {
    where,
    expected: '[T, height, width, 3] bytes',
    received: `${frames.length} bytes for ${width}x${height}`,
  });
}
