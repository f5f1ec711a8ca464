import { describer, oneOf, optional, optionTable, recorded } from '@tgm/options';
import { checkRequest } from '../check-request.js';
import { type AttentionCues, checkAttentionCue } from '../cues.js';
import { MaskingError } from '../errors.js';
import { floorOfShare, maskedCount, ratioField, shareField } from '../masked-count.js';
import type { HiddenSide, MaskingStrategy } from '../strategy.js';
import { takeLargest, takeSmallest } from '../take-largest.js';
import { tokenMask, tokensPerSlice } from '../token-grid.js';
import { drawInProportion, weightTree } from './draw-in-proportion.js';
import { drawSome } from './draw-some.js';

export interface AttentionMaskingOptions {
  /** Share of each slice that is masked, [0, 1). */
  readonly ratio: number;
  /**
   * - `high` (default) hides what the teacher attends to most, `low` what it attends to least (AttMask).
   * - `hint` is `high` with some of the very highest shown again (AttMask).
   * - `keep` draws the visible tokens in proportion to the attention (UMT).
   */
  readonly select?: 'high' | 'low' | 'hint' | 'keep';
  /** For `hint` alone: the share of each slice, its highest tokens, that hints are drawn from, [0, 1]. Default 0.1. */
  readonly hintFrom?: number;
  /** For `hint` alone: the share of those that is shown, [0, 1]. Default 0.5. */
  readonly hintShare?: number;
}

const WHERE = 'attentionMasking';

const table = optionTable(
  WHERE,
  {
    ratio: ratioField,
    select: optional(oneOf(['high', 'low', 'hint', 'keep']), 'high'),
    hintFrom: optional(shareField, 0.1),
    hintShare: optional(shareField, 0.5),
  } satisfies Record<keyof AttentionMaskingOptions, unknown>,
  MaskingError,
);

/** Of the numbers of the cue, which are hidden. */
const SIDES = { high: 'top', low: 'bottom', hint: 'top', keep: 'bottom' } as const;

/**
 * Hides k = floor(rows * columns * ratio) tokens of each slice by what a teacher attends to, such as the class token of CLIP
 * (`attentionCue`). Equal numbers go to the lower token number.
 *
 * `high`, `low` and `hint` are those of AttMask (Kakogeorgiou et al. 2022, arXiv 2203.12719, section 3.2; read in code), for a slice
 * in place of an image. AttMask's hints are taken from what it hides; here further tokens are hidden in their place, so that every
 * choice hides k. How many of the highest are shown is our default. `keep` is that of UMT (K. Li et al. 2023, arXiv 2303.16058,
 * section 3.1; read in code): the visible tokens are drawn without replacement, each in proportion to its attention among those that
 * are left. Tokens without attention come last, at random.
 *
 * **The mask tells what the teacher looks at**: a loss on the visible tokens can read it off their positions. `leakage` of
 * `@tgm/train` measures it in bits, `maskLeak` of `@tgm/masking/testing` by two simple readers.
 *
 * @throws MaskingError `OPTION_INVALID`; `mask` throws `OPTION_INVALID`, `GRID_INVALID`, `CUE_MISSING`, `CUE_WRONG_KIND`,
 *   `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`, `CUE_NEGATIVE`.
 */
export function attentionMasking(options: AttentionMaskingOptions): MaskingStrategy<AttentionCues> {
  const checked: Required<AttentionMaskingOptions> = table.check(options);
  const { ratio, select, hintFrom, hintShare } = checked;
  requireHint(options, select);
  const hides: HiddenSide = { cue: 'attention', select: SIDES[select] };
  const goesByAttention = select !== 'hint' || hintsLeaveHigh(ratio, hintFrom, hintShare);
  return {
    name: `attention-${select}`,
    ratio,
    requires: ['attention'],
    ...(goesByAttention ? { hides } : {}),
    describe: describer(WHERE, recorded(table, checked)),
    mask(request) {
      checkRequest(request, WHERE);
      const { grid, random, cues } = request;
      const attention = checkAttentionCue(cues, grid, WHERE);
      const perSlice = tokensPerSlice(grid);
      const count = maskedCount(perSlice, ratio);
      const from = floorOfShare(perSlice, hintFrom);
      const hints = select === 'hint' ? Math.min(floorOfShare(from, hintShare), perSlice - count) : 0;
      const masked = new Uint8Array(attention.length);
      const places = new Uint32Array(perSlice);
      const tree = weightTree(perSlice);
      const take = select === 'low' ? takeSmallest : takeLargest;
      const highest = new Uint8Array(perSlice);
      for (let start = 0; start < masked.length; start += perSlice) {
        const slice = attention.subarray(start, start + perSlice);
        const inSlice = masked.subarray(start, start + perSlice);
        if (select === 'keep') {
          inSlice.fill(1);
          const left = drawInProportion(tree, slice, perSlice - count, inSlice, 0, random);
          drawSome(inSlice, 0, inSlice, 1, left, random, places);
          continue;
        }
        take(slice, count + hints, inSlice);
        if (hints === 0) continue;
        highest.fill(0);
        takeLargest(slice, Math.min(from, count + hints), highest);
        drawSome(inSlice, 0, highest, 1, hints, random, places);
      }
      return tokenMask(grid, masked);
    },
  };
}

/** @throws MaskingError `OPTION_INVALID` for an option that only `hint` reads, beside another choice. */
function requireHint(options: Pick<AttentionMaskingOptions, 'hintFrom' | 'hintShare'>, select: string): void {
  const given = (['hintFrom', 'hintShare'] as const).find((name) => options[name] !== undefined);
  if (select === 'hint' || given === undefined) return;
  throw new MaskingError('OPTION_INVALID', {
    where: `${WHERE}, option ${given}`,
    expected: `nothing where select is ${select}, since only hint reads it`,
    received: `${options[given]}`,
  });
}

/**
 * Whether what is hidden is in the mean above the middle of all ranks. Of ranks as shares of a slice, from the highest, those up to
 * `ratio` and the hints are taken, and hints are drawn of the first of them to be shown.
 */
function hintsLeaveHigh(ratio: number, hintFrom: number, hintShare: number): boolean {
  const hints = Math.min(hintFrom * hintShare, 1 - ratio);
  const taken = ratio + hints;
  // Sums of ranks, twice: of what is taken, of the hints, and of as many in the middle.
  return taken ** 2 - hints * Math.min(hintFrom, taken) < ratio;
}
