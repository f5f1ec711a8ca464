import { flag, optionTable, wholeNumber } from '@tgm/options';
import { checkFloats, floatsField } from '../array-checks.js';
import { MaskingError } from '../errors.js';
import { type FlowShape, flowShapeFields } from './flow-shape.js';

export interface FlowOptions extends FlowShape {
  /** [height, width] visibility of the base frame, from `seedVisibility`. */
  readonly seed: Float32Array;
  /** The frame that the seed belongs to. */
  readonly baseFrame: number;
  /** [frames - 1, 2, height, width] motion from frame t + 1 to frame t in pixels, x then y. */
  readonly backward: Float32Array;
  /** The same from frame t to frame t + 1. */
  readonly forward: Float32Array;
  /** Whether pixels that come from outside take the seed's value. */
  readonly fillHoles: boolean;
}

const table = optionTable(
  'flowVisibility',
  {
    ...flowShapeFields,
    seed: floatsField,
    baseFrame: wholeNumber({ from: 0 }),
    backward: floatsField,
    forward: floatsField,
    fillHoles: flag(),
  } satisfies Record<keyof FlowOptions, unknown>,
  MaskingError,
);

/**
 * Carries a map of visibility from the base frame to all others along the optical flow, frame by frame outwards: where a
 * pixel came from gives it its value, bilinearly, zero outside. MGMAE, section 3.3, in the direction that its text states;
 * the flow of frames before the base one points to the later frame.
 *
 * A mask of what these maps leave visible follows the flow, so its shape tells the motion, as a motion mask's does: measure
 * it by `maskLeak` of `@tgm/masking/testing` before a contrastive loss sees its visible tokens.
 *
 * @returns [frames, height, width]
 * @throws MaskingError `OPTION_INVALID`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function flowVisibility(options: FlowOptions): Float32Array {
  const checked: Required<FlowOptions> = table.check(options);
  const { frameCount, height, width, seed, baseFrame, backward, forward, fillHoles } = checked;
  const size = height * width;
  if (baseFrame >= frameCount) {
    throw new MaskingError('OPTION_INVALID', {
      where: 'flowVisibility, option baseFrame',
      expected: `a frame of 0 to ${frameCount - 1}`,
      received: String(baseFrame),
    });
  }
  checkFloats(seed, size, 'flowVisibility, seed');
  checkFloats(backward, (frameCount - 1) * 2 * size, 'flowVisibility, backward');
  checkFloats(forward, (frameCount - 1) * 2 * size, 'flowVisibility, forward');
  const maps = new Float32Array(frameCount * size);
  maps.set(seed, baseFrame * size);
  const carry = (from: number, to: number, flow: Float32Array, pair: number) => {
    const source = maps.subarray(from * size, (from + 1) * size);
    const vectors = flow.subarray(pair * 2 * size, (pair + 1) * 2 * size);
    const carried = warp(source, vectors, height, width);
    if (fillHoles) for (let at = 0; at < size; at++) if (carried[at] === 0) carried[at] = seed[at]!;
    maps.set(carried, to * size);
  };
  for (let frame = baseFrame + 1; frame < frameCount; frame++) carry(frame - 1, frame, backward, frame - 1);
  for (let frame = baseFrame - 1; frame >= 0; frame--) carry(frame + 1, frame, forward, frame);
  return maps;
}

/** The map at (x + flow x (W - 1) / W, y + flow y (H - 1) / H), MGMAE's scale of flow. */
function warp(map: Float32Array, flow: Float32Array, height: number, width: number): Float32Array {
  const size = height * width;
  const warped = new Float32Array(size);
  const scaleX = (width - 1) / width;
  const scaleY = (height - 1) / height;
  for (let row = 0, at = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1, at += 1) {
      const x = column + flow[at]! * scaleX;
      const y = row + flow[size + at]! * scaleY;
      const left = Math.floor(x);
      const top = Math.floor(y);
      if (left < -1 || left >= width || top < -1 || top >= height) continue;
      const inLeft = left >= 0;
      const inRight = left + 1 < width;
      const from = top * width + left;
      let upper = 0;
      let lower = 0;
      if (top >= 0) {
        if (inLeft) upper += map[from]! * (left + 1 - x);
        if (inRight) upper += map[from + 1]! * (x - left);
      }
      if (top + 1 < height) {
        if (inLeft) lower += map[from + width]! * (left + 1 - x);
        if (inRight) lower += map[from + width + 1]! * (x - left);
      }
      warped[at] = upper * (top + 1 - y) + lower * (y - top);
    }
  }
  return warped;
}
