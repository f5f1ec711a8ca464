import { describer, listOf, nested, optional, optionTable, recorded } from '@tgm/options';
import { uniformIndex } from '@tgm/random';
import { type BlockShape, blockFields } from '../blocks/block-shape.js';
import { drawBlocks } from '../blocks/draw-blocks.js';
import { equaliseUnion } from '../blocks/equalise-union.js';
import { checkRequest } from '../check-request.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { tokenCount, tokenMask } from '../token-grid.js';

export interface MultiBlockMaskingOptions {
  /** Share of all tokens that is masked, [0, 1). */
  readonly ratio: number;
  /**
   * Kinds of blocks, at least one. Default V-JEPA's: short-range, 8 blocks of 0.15 of the slice, and long-range, 2 blocks of 0.7.
   */
  readonly kinds?: readonly BlockShape[];
}

const kindField = nested(blockFields);

const [SHORT_RANGE, LONG_RANGE] = [
  { blocks: 8, spatialScale: 0.15, temporalScale: 1, aspect: [0.75, 1.5] },
  { blocks: 2, spatialScale: 0.7, temporalScale: 1, aspect: [0.75, 1.5] },
] as const;

const table = optionTable(
  'multiBlockMasking',
  {
    ratio: ratioField,
    kinds: optional(listOf(kindField, { from: 1 }), [SHORT_RANGE, LONG_RANGE]),
  } satisfies Record<keyof MultiBlockMaskingOptions, unknown>,
  MaskingError,
);

/**
 * `blockMasking` with several kinds of blocks, one of which is drawn for each clip, all equally likely: V-JEPA's multi-block masks
 * (Bardes et al. 2024, section 3 and appendix; read in code). V-JEPA predicts both kinds of each clip, in one step. That is two views
 * of `blockMasking` here; to draw one of them for each clip is our reconstruction for one view.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`.
 */
export function multiBlockMasking(options: MultiBlockMaskingOptions): MaskingStrategy {
  const checked = table.check(options);
  const { ratio, kinds } = checked;
  return {
    name: 'multi-block',
    ratio,
    requires: [],
    describe: describer(table.where, recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'multiBlockMasking');
      const { grid, random } = request;
      const masked = new Uint8Array(tokenCount(grid));
      drawBlocks(grid, kinds[uniformIndex(kinds.length, random)]!, random, masked);
      equaliseUnion(grid, masked, maskedCount(masked.length, ratio), random);
      return tokenMask(grid, masked);
    },
  };
}
