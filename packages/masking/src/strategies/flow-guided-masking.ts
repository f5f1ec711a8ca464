import { describer, oneOf, optional, optionTable, recorded } from '@tgm/options';
import { chooseIndices } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { checkFlowCue, type FlowCues } from '../cues.js';
import { MaskingError } from '../errors.js';
import { flowVisibility } from '../flow/flow-visibility.js';
import { seedVisibility } from '../flow/seed-visibility.js';
import { visibilityScores } from '../flow/visibility-scores.js';
import { ratioField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { takeLargest } from '../take-largest.js';
import { tokenMask, tokensPerSlice } from '../token-grid.js';

export interface FlowGuidedMaskingOptions {
  /** Share of each slice that is masked, [0, 1). Default 0.9, MGMAE's. */
  readonly ratio?: number;
  /**
   * `paper` (default) carries the map from the middle frame to the earlier ones along the flow to the later frame, as the
   * paper's text has it. `released` takes the flow of the other direction there, as the released code does.
   */
  readonly walk?: 'paper' | 'released';
}

const table = optionTable(
  'flowGuidedMasking',
  {
    ratio: optional(ratioField, 0.9),
    walk: optional(oneOf(['paper', 'released']), 'paper'),
  } satisfies Record<keyof FlowGuidedMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Shows the same things throughout the clip: MGMAE (B. Huang et al., ICCV 2023, section 3.3), as its released code computes it.
 * In the middle frame, number floor(T / 2), cells - int(cells * ratio) cells are drawn at random. A bump around each of them is
 * a map of visibility, which the flow carries to the other frames (`seedVisibility`, `flowVisibility`, holes filled with the
 * map of the middle frame). A token's score is the sum of the map over its frames and samples. In each slice the
 * int(cells * (1 - ratio)) best tokens stay visible, but one at least.
 *
 * The counts are those of the code, by truncation in double precision: of 14 x 14 cells at 0.9, 20 are drawn and 19 visible.
 *
 * `flowCue` gives the flow. Its raster may be coarser than MGMAE's pixels. MGMAE's warp shortens motion by 1 / width of the
 * raster; with 14 x 4 samples that is 1.8 %.
 *
 * **The mask tells the motion**: its shape follows the flow. `maskLeak` of `@tgm/masking/testing` measures it.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`, `CUE_MISSING`,
 *   `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function flowGuidedMasking(options: FlowGuidedMaskingOptions = {}): MaskingStrategy<FlowCues> {
  const checked: Required<FlowGuidedMaskingOptions> = table.check(options);
  const { ratio, walk } = checked;
  return {
    name: 'flow',
    ratio,
    requires: ['flow'],
    describe: describer(table.where, recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'flowGuidedMasking');
      const { grid, random, cues } = request;
      const { frameCount, samples, backward, forward } = checkFlowCue(cues, grid, 'flowGuidedMasking');
      const cells = tokensPerSlice(grid);
      const height = grid.rows * samples;
      const shape = { frameCount, height, width: grid.columns * samples, patchSize: samples };
      const drawn = chooseIndices(Math.max(1, cells - Math.trunc(cells * ratio)), cells, random);
      const maps = flowVisibility({
        ...shape,
        seed: seedVisibility(shape, drawn),
        baseFrame: Math.floor(frameCount / 2),
        backward,
        forward: walk === 'released' ? backward : forward,
        fillHoles: true,
      });
      const scores = visibilityScores(maps, shape, frameCount / grid.slices);

      const visible = Math.max(1, Math.trunc(cells * (1 - ratio)));
      const masked = new Uint8Array(scores.length);
      for (let start = 0; start < masked.length; start += cells) {
        const slice = masked.subarray(start, start + cells);
        takeLargest(scores.subarray(start, start + cells), visible, slice);
        for (let cell = 0; cell < cells; cell += 1) slice[cell] = 1 - slice[cell]!;
      }
      return tokenMask(grid, masked);
    },
  };
}
