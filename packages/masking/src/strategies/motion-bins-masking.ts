import { describer, optional, optionTable, recorded } from '@tgm/options';
import { chooseIndices } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { checkMotionCue, type MotionCues } from '../cues.js';
import { MaskingError } from '../errors.js';
import { ratioField, shareField } from '../masked-count.js';
import { cameraOfSlices } from '../motion/camera-motion.js';
import { motionMagnitudes } from '../motion/motion-magnitude.js';
import type { MaskingStrategy } from '../strategy.js';
import { takeLargest } from '../take-largest.js';
import { tokenMask, tokensPerSlice } from '../token-grid.js';
import { drawSome } from './draw-some.js';

export interface MotionBinsMaskingOptions {
  /** Share of each slice that is masked, [0, 1). Default 0.8, TrackMAE's. */
  readonly ratio?: number;
  /** Share of the visible cells that come from the half that moves most, [0, 1]. Default 0.5, TrackMAE's. */
  readonly movingShare?: number;
}

const table = optionTable(
  'motionBinsMasking',
  {
    ratio: optional(ratioField, 0.8),
    movingShare: optional(shareField, 0.5),
  } satisfies Record<keyof MotionBinsMaskingOptions, unknown>,
  MaskingError,
);

/**
 * A tube mask whose visible cells come from two bins: TrackMAE (CVPR 2026), as its code has it. The cells are ranked by how far
 * they move in the mean over the clip; the first ceil(cells / 2) are the bin that moves, the rest the one that rests. Of the
 * visible cells floor(visible * movingShare) are drawn at random from the bin that moves and the others from the one that
 * rests, the same cells in all slices. Cells that move equally far go in an order drawn once for the clip.
 *
 * A tube hides int(cells * ratio) cells of a slice, by truncation as in VideoMAE: of 14 x 14 at 0.8 it shows 40, 20 of each
 * bin. A bin that has too few is helped out by the other, where TrackMAE's code shows fewer cells.
 *
 * Ours (reconstruction): the codec's vectors stand in for TrackMAE's point tracks. The paper's second head, which predicts the
 * tracks, is no part of the mask.
 *
 * The mask tells the motion a little: it knows which half moves. `maskLeak` of `@tgm/masking/testing` found nothing on Moving
 * Shapes, which is no proof.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`, `CUE_MISSING`,
 *   `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function motionBinsMasking(options: MotionBinsMaskingOptions = {}): MaskingStrategy<MotionCues> {
  const checked: Required<MotionBinsMaskingOptions> = table.check(options);
  const { ratio, movingShare } = checked;
  return {
    name: 'motion-bins',
    ratio,
    requires: ['motion'],
    describe: describer(table.where, recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'motionBinsMasking');
      const { grid, random, cues } = request;
      const motion = checkMotionCue(cues, grid, 'motionBinsMasking');
      const magnitudes = motionMagnitudes(motion, grid, cameraOfSlices(motion, grid, 'keep'));
      const cells = tokensPerSlice(grid);
      const moves = new Uint8Array(cells);
      const most = Math.ceil(cells / 2);
      const ties = chooseIndices(cells, cells, random);
      takeLargest(overSlices(magnitudes, cells), most, moves, ties);

      const visible = Math.max(1, cells - Math.trunc(cells * ratio));
      const resting = Math.min(visible - Math.min(Math.floor(visible * movingShare), most), cells - most);
      const masked = new Uint8Array(magnitudes.length).fill(1);
      const slice = masked.subarray(0, cells);
      const room = new Uint32Array(cells);
      drawSome(slice, 0, moves, 1, visible - resting, random, room);
      drawSome(slice, 0, moves, 0, resting, random, room);
      for (let start = cells; start < masked.length; start += cells) masked.copyWithin(start, 0, cells);
      return tokenMask(grid, masked);
    },
  };
}

/** [cells] the sum over all slices. */
function overSlices(magnitudes: Float32Array, cells: number): Float32Array {
  const sums = new Float32Array(cells);
  for (let start = 0; start < magnitudes.length; start += cells) {
    for (let cell = 0; cell < cells; cell += 1) sums[cell]! += magnitudes[start + cell]!;
  }
  return sums;
}
