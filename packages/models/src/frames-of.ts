import type { ClipFrames } from '@tgm/masking';
import { optionTable, passing } from '@tgm/options';
import { ModelError } from './errors.js';
import { inputShape } from './input-shape.js';
import { bytes } from './option-fields.js';

const side = passing('a number of pixels', (value): value is number => typeof value === 'number');
const framesTable = (where: string) =>
  optionTable(
    where,
    { frames: bytes(), height: side, width: side } satisfies Record<keyof ClipFrames, unknown>,
    ModelError,
  );

/**
 * The frames of a clip, and how many there are.
 * @throws ModelError with `OPTION_INVALID`, or `INPUT_SHAPE` where they have not the size of the model's images.
 */
export function framesOf(
  where: string,
  given: ClipFrames,
  imageSize: number,
): { frames: Uint8Array; count: number } {
  // A clip of a decoder may be passed whole.
  const { frames, height, width } = (given ?? {}) as ClipFrames;
  framesTable(where).check({ frames, height, width });
  if (height !== imageSize || width !== imageSize) {
    throw inputShape(where, 'frames', `${imageSize} x ${imageSize} pixels`, `${height} x ${width}`);
  }
  const frameBytes = imageSize * imageSize * 3;
  const count = frames.length / frameBytes;
  if (Number.isInteger(count) && count >= 1) return { frames, count };
  const expected = `${frameBytes} bytes for each of one or more frames`;
  throw inputShape(where, 'frames', expected, `${frames.length} bytes`);
}
