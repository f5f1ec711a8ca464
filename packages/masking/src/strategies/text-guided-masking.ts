import { describer, oneOf, optional, optionTable, recorded } from '@tgm/options';
import { chooseIndices, type Random } from '@tgm/random';
import { checkRequest } from '../check-request.js';
import { checkTextCue, type TextCues } from '../cues.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField, shareField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { selectionRoom, takeLargest, takeSmallest } from '../take-largest.js';
import { tokenMask, tokensPerSlice } from '../token-grid.js';

export interface TextGuidedMaskingOptions {
  /** Share of each slice that is masked, [0, 1). TGM's best is 0.6. */
  readonly ratio: number;
  /** `top` (default) hides what matches the caption best, TGM's rule; `bottom` what matches least, its control. */
  readonly select?: 'top' | 'bottom';
  /**
   * Share of the masked tokens that the caption chooses, [0, 1]; the rest is drawn at random from the other tokens of
   * the slice. 1 (default) is TGM's rule. Less is this project's addition: a mask that hides all that the caption names
   * leaves a contrastive loss on the visible tokens nothing to match the caption with. The mask still tells the caption.
   */
  readonly textShare?: number;
}

const table = optionTable(
  'textGuidedMasking',
  {
    ratio: ratioField,
    select: optional(oneOf(['top', 'bottom']), 'top'),
    textShare: optional(shareField, 1),
  } satisfies Record<keyof TextGuidedMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Hides, in each slice, the k = floor(rows * columns * ratio) tokens that match the caption best: TGM (Fan et al.,
 * ECCV 2024). Equal scores go to the lower token number, so with `textShare` 1 the mask is a function of the scores
 * alone.
 *
 * **The mask tells the caption.** Its shape follows what the caption names, so a contrastive loss on the visible tokens
 * can read the caption off their positions. On Moving Shapes the loss fell to 1.96 with every pixel grey, and to 1.89 on
 * real clips. Chance is ln 32 = 3.47, where random masks stay on grey clips. After training on real clips, retrieval on
 * unmasked clips is below chance. Let a contrastive loss look at a second view that is masked at random:
 * `views: { contrast: { masking } }` of `pretrain` in `@tgm/train`, which `contrastiveLoss({ view: 'contrast' })` reads.
 * `bottom` tells more than `top`. `maskLeak` of `@tgm/masking/testing` measures it.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`, `CUE_MISSING`,
 *   `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function textGuidedMasking(options: TextGuidedMaskingOptions): MaskingStrategy<TextCues> {
  const checked: Required<TextGuidedMaskingOptions> = table.check(options);
  const { ratio, select, textShare } = checked;
  return {
    name: select === 'top' ? 'text' : 'text-bottom',
    ratio,
    requires: ['tokenScores'],
    ...(textShare > 0 ? { hides: { cue: 'tokenScores', select } } : {}),
    describe: describer(table.where, recorded(table, checked)),
    mask(request) {
      checkRequest(request, 'textGuidedMasking');
      const { grid, random, cues } = request;
      const scores = checkTextCue(cues, grid, 'textGuidedMasking');
      const perSlice = tokensPerSlice(grid);
      const count = maskedCount(perSlice, ratio);
      const byText = Math.min(count, Math.round(count * textShare));
      const masked = new Uint8Array(scores.length);
      const room = selectionRoom(perSlice);
      const take = select === 'top' ? takeLargest : takeSmallest;
      for (let start = 0; start < scores.length; start += perSlice) {
        const inSlice = masked.subarray(start, start + perSlice);
        take(room, scores.subarray(start, start + perSlice), byText, inSlice);
        if (byText < count) hideOthers(inSlice, count - byText, random);
      }
      return tokenMask(grid, masked);
    },
  };
}

/** Hides `count` of the tokens of a slice that are not hidden yet, drawn at random. */
function hideOthers(masked: Uint8Array, count: number, random: Random): void {
  const others = new Uint32Array(masked.length);
  let found = 0;
  for (let cell = 0; cell < masked.length; cell += 1) {
    if (masked[cell] === 0) others[found++] = cell;
  }
  for (const index of chooseIndices(count, found, random)) masked[others[index]!] = 1;
}
