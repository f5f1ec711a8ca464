import { describer, optionTable, recorded } from '@tgm/options';
import { type BlockShape, blockFields } from '../blocks/block-shape.js';
import { drawBlocks } from '../blocks/draw-blocks.js';
import { equaliseUnion } from '../blocks/equalise-union.js';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { tokenCount, tokenMask } from '../token-grid.js';

export interface BlockMaskingOptions extends BlockShape {
  /** Share of all tokens that is masked, [0, 1). */
  readonly ratio: number;
}

const table = optionTable(
  'blockMasking',
  { ratio: ratioField, ...blockFields } satisfies Record<keyof BlockMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Hides a union of blocks at random places, brought to exactly floor(tokens * ratio) tokens: the masks of V-JEPA (Bardes et al.
 * 2024, arXiv 2404.08471, section 3; the size of blocks read in code). All blocks of a clip are of one size, as V-JEPA's of a batch.
 *
 * How the count is made equal is our reconstruction: V-JEPA cuts the lists of a batch at the shortest. Here the union grows or is
 * shown again cell by cell from its rim, see `equaliseUnion`. On 14 x 14 cells eight blocks of 0.15 cover 0.63 in the mean and two of 0.7
 * cover 0.82, so ratios near that leave them much as they were drawn.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`.
 */
export function blockMasking(options: BlockMaskingOptions): MaskingStrategy {
  const checked: Required<BlockMaskingOptions> = table.check(options);
  const { ratio } = checked;
  return {
    name: 'block',
    ratio,
    requires: [],
    describe: describer(table.where, recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'blockMasking');
      const { grid, random } = request;
      const masked = new Uint8Array(tokenCount(grid));
      drawBlocks(grid, checked, random, masked);
      equaliseUnion(grid, masked, maskedCount(masked.length, ratio), random);
      return tokenMask(grid, masked);
    },
  };
}
