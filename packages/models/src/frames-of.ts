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
  const { height, width } = checked(where, given);
  if (height === imageSize && width === imageSize) return counted(where, given);
  throw inputShape(where, 'frames', `${imageSize} x ${imageSize} pixels`, `${height} x ${width}`);
}

/** Frames of whole patches. */
export interface PatchedFrames {
  readonly frames: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The frames of a clip of any size that is made of patches.
 * @throws ModelError with `OPTION_INVALID`, `INPUT_SHAPE`
 */
export function patchedFramesOf(where: string, given: ClipFrames, patchSize: number): PatchedFrames {
  const { height, width } = checked(where, given);
  const [rows, columns] = [height / patchSize, width / patchSize];
  const whole = [rows, columns].every((side) => Number.isSafeInteger(side) && side >= 1);
  if (whole) return { ...counted(where, given), rows, columns };
  const expected = `a multiple of ${patchSize} x ${patchSize} pixels`;
  throw inputShape(where, 'frames', expected, `${height} x ${width}`);
}

/**
 * The frames of a clip of any size, whole frames of it.
 * @throws ModelError with `OPTION_INVALID`, `INPUT_SHAPE`
 */
export function framesOfAnySize(where: string, given: ClipFrames): ClipFrames {
  const { height, width } = checked(where, given);
  if (![height, width].every((side) => Number.isSafeInteger(side) && side >= 1))
    throw inputShape(where, 'frames', 'whole numbers of pixels', `${height} x ${width}`);
  counted(where, given);
  return given;
}

function checked(where: string, given: ClipFrames): ClipFrames {
  // A clip of a decoder may be passed whole.
  const { frames, height, width } = (given ?? {}) as ClipFrames;
  framesTable(where).check({ frames, height, width });
  return given;
}

function counted(
  where: string,
  { frames, height, width }: ClipFrames,
): { frames: Uint8Array; count: number } {
  const frameBytes = height * width * 3;
  const count = frames.length / frameBytes;
  if (Number.isInteger(count) && count >= 1) return { frames, count };
  const expected = `${frameBytes} bytes for each of one or more frames`;
  throw inputShape(where, 'frames', expected, `${frames.length} bytes`);
}
