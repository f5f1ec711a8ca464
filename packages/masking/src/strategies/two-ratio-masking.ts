import { describer, optionTable, recorded } from '@tgm/options';
import { checkRequest } from '../check-request.js';
import { checkTextCue, type TextCues } from '../cues.js';
import { MaskingError } from '../errors.js';
import { maskedCount, shareField } from '../masked-count.js';
import type { MaskingStrategy } from '../strategy.js';
import { takeLargest } from '../take-largest.js';
import { tokenMask, tokensPerSlice } from '../token-grid.js';
import { drawSome } from './draw-some.js';

export interface TwoRatioMaskingOptions {
  /** Share of each slice that is salient, the tokens of the highest scores, [0, 1]. */
  readonly salientShare: number;
  /** Share of the salient tokens that is masked, [0, 1]. */
  readonly salientRatio: number;
  /** Share of the other tokens that is masked, [0, 1]. */
  readonly backgroundRatio: number;
}

const WHERE = 'twoRatioMasking';

const table = optionTable(
  WHERE,
  { salientShare: shareField, salientRatio: shareField, backgroundRatio: shareField } satisfies Record<
    keyof TwoRatioMaskingOptions,
    unknown
  >,
  MaskingError,
);

/**
 * Hides, in each slice, one share of what is salient and another of the background, both drawn at random: what is salient are the
 * floor(cells * salientShare) tokens of the highest scores. A salient ratio above that of the background makes the clip harder and
 * still leaves evidence of what the caption names; one below it shows the object on purpose.
 *
 * Our reconstruction of a rule with two ratios. The count of a slice is that of the ratio of both together, to the token; of the
 * salient tokens round(count * salientRatio) are hidden, the rest are of the background.
 *
 * **The mask tells the caption**, as that of `textGuidedMasking` does, the more the further the two ratios are apart.
 *
 * @throws MaskingError `OPTION_INVALID`, also where nothing would stay visible; `mask` throws `OPTION_INVALID`, `GRID_INVALID`,
 *   `CUE_MISSING`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function twoRatioMasking(options: TwoRatioMaskingOptions): MaskingStrategy<TextCues> {
  const checked: Required<TwoRatioMaskingOptions> = table.check(options);
  const { salientShare, salientRatio, backgroundRatio } = checked;
  const ratio = inDecimals(salientShare * salientRatio + (1 - salientShare) * backgroundRatio);
  if (ratio >= 1) {
    throw new MaskingError('OPTION_INVALID', {
      where: WHERE,
      expected: 'ratios that leave something visible',
      received: `salientRatio ${salientRatio}, backgroundRatio ${backgroundRatio}`,
    });
  }
  const select = salientRatio > backgroundRatio ? 'top' : 'bottom';
  const goesByScores = salientRatio !== backgroundRatio && salientShare > 0 && salientShare < 1;
  return {
    name: 'two-ratio',
    ratio,
    requires: ['tokenScores'],
    ...(goesByScores ? { hides: { cue: 'tokenScores', select } } : {}),
    describe: describer(WHERE, recorded(table, checked)),
    mask(request) {
      checkRequest(request, WHERE);
      const { grid, random, cues } = request;
      const scores = checkTextCue(cues, grid, WHERE);
      const perSlice = tokensPerSlice(grid);
      const count = maskedCount(perSlice, ratio);
      const salient = Math.floor(inDecimals(perSlice * salientShare));
      const background = perSlice - salient;
      const ofSalient = Math.min(
        Math.max(Math.round(salient * salientRatio), count - background),
        salient,
        count,
      );
      const masked = new Uint8Array(scores.length);
      const isSalient = new Uint8Array(perSlice);
      const places = new Uint32Array(perSlice);
      for (let start = 0; start < scores.length; start += perSlice) {
        const inSlice = masked.subarray(start, start + perSlice);
        isSalient.fill(0);
        takeLargest(scores.subarray(start, start + perSlice), salient, isSalient);
        drawSome(inSlice, 1, isSalient, 1, ofSalient, random, places);
        drawSome(inSlice, 1, isSalient, 0, count - ofSalient, random, places);
      }
      return tokenMask(grid, masked);
    },
  };
}

/** Without the last digits of a double: 0.1 + 0.2 is 0.3. */
const inDecimals = (value: number): number => Number(value.toPrecision(12));
