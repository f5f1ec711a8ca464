import { describer, optionTable, recorded } from '@tgm/options';
import { chooseIndices } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { checkMotionCue, type MotionCues } from '../cues.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField } from '../masked-count.js';
import { type CameraMotion, cameraField, cameraOfSlices } from '../motion/camera-motion.js';
import {
  boxWithMostMotion,
  followMotion,
  type MotionBox,
  type SliceMotion,
  settled,
  sumAreas,
} from '../motion/motion-box.js';
import { motionMagnitudes } from '../motion/motion-magnitude.js';
import { partsPresent } from '../motion/nearest-present.js';
import type { MaskingStrategy, TokenGrid } from '../strategy.js';
import { takeLargest } from '../take-largest.js';
import { tokenMask, tokensPerSlice } from '../token-grid.js';

export interface MotionGuidedMaskingOptions {
  /** Share of each slice that is masked, [0, 1). MGM uses 0.75. */
  readonly ratio: number;
  /**
   * What becomes of the camera's motion: `subtract` (default) takes the median vector of each slice out of its lengths, so
   * that the box lies on what moves in the world and is carried with it through the picture; `keep` leaves it in.
   */
  readonly camera?: CameraMotion;
}

/** How `motionGuidedMasking` checks its options: the same as a table, for whoever takes them from a user. */
export const motionGuidedMaskingOptions = optionTable(
  'motionGuidedMasking',
  { ratio: ratioField, camera: cameraField } satisfies Record<keyof MotionGuidedMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Hides a box that the codec's motion vectors carry through the clip: MGM (Fan et al., ICCV 2023). Its code is not public.
 * That a box moves with the vectors is the paper's; where it gives no rule, this is our reconstruction, chosen by how much of
 * the named object it hides on Moving Shapes:
 *
 * - The box has about k = floor(rows * columns * ratio) cells in the grid's proportions. In the first slice that has
 *   vectors it lies where most moves: where the lengths of the vectors inside add up to most.
 * - From slice to slice it moves by the mean of the known vectors inside it, as the codec gave them, weighted by their lengths,
 *   so that a small object draws it as fast as a large one. Then it moves on by one cell where it holds more motion there. It
 *   stops at the edges. A slice without vectors leaves it where it is.
 * - In each slice exactly k tokens are masked: a box too large loses its slowest tokens, one too small is joined by the
 *   fastest tokens outside. Equally fast tokens go in an order drawn once for the clip, as do places with as much motion, so
 *   a clip in which nothing moves has a box at a random place.
 *
 * **The mask follows what moves.** Where captions name the action, a contrastive loss on the visible tokens may read it off
 * their positions. On grey clips of Moving Shapes, with the codec's vectors, it read 0.00 bits off this box and 0.28 off
 * the fastest tokens (`motionMagnitudeMasking`). `leakage` of `@tgm/train` measures it on clips of one's own, `maskLeak` of
 * `@tgm/masking/testing` asks two simple readers.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`, `CUE_MISSING`,
 *   `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function motionGuidedMasking(options: MotionGuidedMaskingOptions): MaskingStrategy<MotionCues> {
  const checked: Required<MotionGuidedMaskingOptions> = motionGuidedMaskingOptions.check(options);
  const { ratio, camera } = checked;
  return {
    name: 'motion',
    ratio,
    requires: ['motion'],
    hides: { cue: 'motion', select: 'top' },
    describe: describer(motionGuidedMaskingOptions.where, recorded(motionGuidedMaskingOptions, checked)),
    mask(request) {
      checkRequest(request, 'motionGuidedMasking');
      const { grid, random, cues } = request;
      const motion = checkMotionCue(cues, grid, 'motionGuidedMasking');
      const cameras = cameraOfSlices(motion, grid, camera);
      const magnitudes = motionMagnitudes(motion, grid, cameras);
      const perSlice = tokensPerSlice(grid);
      const count = maskedCount(perSlice, ratio);
      const ties = chooseIndices(perSlice, perSlice, random);
      const speeds = (slice: number) => magnitudes.subarray(slice * perSlice, (slice + 1) * perSlice);
      const sums = new Float64Array((grid.rows + 1) * (grid.columns + 1));
      const inSlice = (slice: number): SliceMotion => {
        sumAreas(speeds(slice), grid, sums);
        return { sums, ties, grid };
      };

      const present = partsPresent(motion.known, grid.slices);
      let box = boxWithMostMotion(count, inSlice(Math.max(0, present.indexOf(true))));
      const wanted = new Float32Array(perSlice);
      const masked = new Uint8Array(magnitudes.length);
      for (let slice = 0; slice < grid.slices; slice += 1) {
        if (present[slice]) box = settled(box, inSlice(slice));
        const flags = masked.subarray(slice * perSlice, (slice + 1) * perSlice);
        hideBox({ box, speeds: speeds(slice), count, ties, wanted, grid }, flags);
        // A slice without vectors has the lengths of another.
        if (present[slice]) box = followMotion(box, { motion, magnitudes }, slice, grid);
      }
      return tokenMask(grid, masked);
    },
  };
}

interface Hiding {
  readonly box: MotionBox;
  /** [rows, columns] */
  readonly speeds: Float32Array;
  readonly count: number;
  readonly ties: Uint32Array;
  /** [rows, columns] is overwritten. */
  readonly wanted: Float32Array;
  readonly grid: TokenGrid;
}

/** Sets `masked` to 1 at exactly `count` cells: those of the box, its fastest first, then the fastest outside. */
function hideBox({ box, speeds, count, ties, wanted, grid }: Hiding, masked: Uint8Array): void {
  const top = Math.round(box.top);
  const left = Math.round(box.left);
  const cells = box.height * box.width;
  // A negative speed is behind all others.
  if (cells < count) wanted.set(speeds);
  else if (cells > count) wanted.fill(-1);
  for (let row = top; row < top + box.height; row += 1) {
    const from = row * grid.columns + left;
    const to = from + box.width;
    if (cells > count) wanted.set(speeds.subarray(from, to), from);
    else masked.fill(1, from, to);
    if (cells < count) wanted.fill(-1, from, to);
  }
  if (cells > count) takeLargest(wanted, count, masked, ties);
  else if (cells < count) takeLargest(wanted, count - cells, masked, ties);
}
