import {
  describer,
  eitherOf,
  nested,
  number,
  oneOf,
  optional,
  optionTable,
  recorded,
  wholeNumber,
} from '@tgm/options';
import { checkRequest } from '../check-request.js';
import { checkTextCue, type TextCues } from '../cues.js';
import { MaskingError } from '../errors.js';
import { maskedCount, ratioField, shareField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { takeLargest, takeSmallest } from '../take-largest.js';
import { softenScores } from '../text/soften-scores.js';
import { tokenMask, tokensPerSlice } from '../token-grid.js';
import { drawSome } from './draw-some.js';
import { type RegionSize, regionsOf } from './regions.js';

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
  /**
   * Among which tokens the best are found, and so of which as many are hidden in every clip: those of each `slice` (default, TGM's
   * rule), of the whole `clip`, or of each region of so many rows and columns of a slice. The smaller the regions are, the less the
   * mask tells of where the object is. Where the ratio of a region is no whole number of tokens, some have one more, the same in every
   * clip. Clip and regions are additions of this project.
   */
  readonly per?: 'slice' | 'clip' | RegionSize;
  /**
   * Standard deviation of normal noise on the scores, from 0, in units of the deviation of the scores of the slice. Default 0, TGM's
   * rule. An addition of this project: a softened mask hides less of what the caption names and tells less of it.
   */
  readonly noise?: number;
}

const side = wholeNumber({ from: 1 });

/** How `textGuidedMasking` checks its options: the same as a table, for whoever takes them from a user. */
export const textGuidedMaskingOptions = optionTable(
  'textGuidedMasking',
  {
    ratio: ratioField,
    select: optional(oneOf(['top', 'bottom']), 'top'),
    textShare: optional(shareField, 1),
    per: optional(
      eitherOf(
        '"slice", "clip" or rows and columns of a region, whole numbers from 1',
        oneOf(['slice', 'clip']),
        nested({ rows: side, columns: side }),
      ),
      'slice',
    ),
    noise: optional(number({ from: 0 }), 0),
  } satisfies Record<keyof TextGuidedMaskingOptions, unknown>,
  MaskingError,
);

/**
 * Hides, in each slice, the k = floor(rows * columns * ratio) tokens that match the caption best: TGM (Fan et al.,
 * ECCV 2024, section 3; second-hand). Equal scores go to the lower token number, so by default the mask is a function of
 * the scores alone. Per clip k is floor(tokens * ratio).
 *
 * **The mask tells the caption.** Its shape follows what the caption names, so a contrastive loss on the visible tokens
 * can read the caption off their positions: 1.94 bits of it on grey clips of Moving Shapes (three seeds, batches of 64),
 * where random masks tell 0.00. After such a training retrieval finds nothing. So beside contrast let this be the
 * `decoderMasking` of `pretrain` in `@tgm/train`, over a `masking` that knows no captions. Or give contrast a second view
 * that is masked at random: `views: { contrast: { masking } }`, which `contrastiveLoss({ view: 'contrast' })` reads.
 * `bottom` tells more than `top`. `leakage` of `@tgm/train` measures it in bits, `maskLeak` of `@tgm/masking/testing` by two simple
 * readers.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`, `CUE_MISSING`,
 *   `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function textGuidedMasking(options: TextGuidedMaskingOptions): MaskingStrategy<TextCues> {
  const checked: Required<TextGuidedMaskingOptions> = textGuidedMaskingOptions.check(options);
  const { ratio, select, textShare, per, noise } = checked;
  const goesByText = textShare > 0 && !(typeof per === 'object' && per.rows * per.columns === 1);
  return {
    name: select === 'top' ? 'text' : 'text-bottom',
    ratio,
    requires: ['tokenScores'],
    ...(goesByText ? { hides: { cue: 'tokenScores', select } } : {}),
    describe: describer(textGuidedMaskingOptions.where, recorded(textGuidedMaskingOptions, checked)),
    mask(request) {
      checkRequest(request, 'textGuidedMasking');
      const { grid, random, cues } = request;
      const given = checkTextCue(cues, grid, 'textGuidedMasking');
      const perSlice = tokensPerSlice(grid);
      const scores = noise > 0 ? softenScores(given, perSlice, noise, random) : given;
      const masked = new Uint8Array(scores.length);
      const size = per === 'clip' ? scores.length : perSlice;
      const others = new Uint32Array(size);
      const take = select === 'top' ? takeLargest : takeSmallest;

      /** Hides `count` tokens: the caption's share by the scores, the rest at random. */
      const hide = (of: Float32Array, count: number, flags: Uint8Array): void => {
        const byText = Math.min(count, Math.round(count * textShare));
        take(of, byText, flags);
        drawSome(flags, 1, flags, 0, count - byText, random, others);
      };

      if (typeof per === 'object') {
        let values = new Float32Array();
        let flags = new Uint8Array();
        for (const { cells, count } of regionsOf(grid, per, ratio)) {
          // Most regions are of one size.
          if (cells.length !== values.length) {
            values = new Float32Array(cells.length);
            flags = new Uint8Array(cells.length);
          }
          for (let start = 0; start < scores.length; start += perSlice) {
            // A region is small: `fill` would take longer to call than to do.
            for (let at = 0; at < cells.length; at += 1) {
              values[at] = scores[start + cells[at]!]!;
              flags[at] = 0;
            }
            hide(values, count, flags);
            for (let at = 0; at < cells.length; at += 1) masked[start + cells[at]!] = flags[at]!;
          }
        }
        return tokenMask(grid, masked);
      }
      const count = maskedCount(size, ratio);
      for (let start = 0; start < scores.length; start += size) {
        hide(scores.subarray(start, start + size), count, masked.subarray(start, start + size));
      }
      return tokenMask(grid, masked);
    },
  };
}
