import { objectWith, optionTable } from '@tgm/options';
import { checkFloats, floatsField } from '../array-checks.js';
import { checkMotionCue } from '../cues.js';
import { MaskingError } from '../errors.js';
import type { TokenGrid, TokenMotion, TokenScores } from '../strategy.js';
import { tokenCount, tokensPerSlice } from '../token-grid.js';
import { cameraOfSlices } from './camera-motion.js';
import { motionMagnitudes } from './motion-magnitude.js';

export interface SaliencyCueOptions {
  /** From `motionCue`. */
  readonly motion: TokenMotion;
  /** [slices, rows, columns] from `predictionErrorCue`, 0-255. */
  readonly error: TokenScores;
  readonly grid: TokenGrid;
}

const table = optionTable(
  'saliencyCue',
  {
    motion: objectWith<TokenMotion>('motion of tokens', ['vectors', 'known']),
    error: floatsField,
    grid: objectWith<TokenGrid>('a token grid', ['slices', 'rows', 'columns']),
  } satisfies Record<keyof SaliencyCueOptions, unknown>,
  MaskingError,
);

/** Share of a slice's tokens that are at 1 or below. */
const FULL = 0.95;

/** Smallest error in levels of brightness that may be 1. */
const LEAST_ERROR = 1;

/**
 * Where something happens, in [0, 1]: the mean of motion beside the camera and of what motion does not explain, each over its
 * 95th percentile in the slice and 1 at most. OneVision-Encoder (2026) mixes a codec's vectors and residuals so, pixel by pixel;
 * here it is by token, and the prediction error stands in for the residual (reconstruction).
 *
 * Scores of tokens go to any strategy that reads some. `textGuidedMasking({ ratio, per: 'clip' })` hides the tokens with the
 * highest scores of the whole clip, `select: 'bottom'` shows them, which is what OneVision-Encoder does.
 *
 * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function saliencyCue(options: SaliencyCueOptions): TokenScores {
  const { motion, error, grid }: Required<SaliencyCueOptions> = table.check(options);
  checkMotionCue({ motion }, grid, 'saliencyCue');
  checkFloats(error, tokenCount(grid), 'saliencyCue, error');
  const perSlice = tokensPerSlice(grid);
  const magnitudes = motionMagnitudes(motion, grid, cameraOfSlices(motion, grid, 'subtract'));
  const scores = new Float32Array(error.length);
  for (let start = 0; start < scores.length; start += perSlice) {
    const moving = magnitudes.subarray(start, start + perSlice);
    const unexplained = error.subarray(start, start + perSlice);
    const fullMotion = percentile(moving);
    const fullError = Math.max(percentile(unexplained), LEAST_ERROR);
    for (let cell = 0; cell < perSlice; cell += 1) {
      const motionShare = moving[cell] === 0 ? 0 : Math.min(1, moving[cell]! / fullMotion);
      scores[start + cell] = (motionShare + Math.min(1, unexplained[cell]! / fullError)) / 2;
    }
  }
  return scores;
}

/** The smallest number that `FULL` of the numbers are not above. */
const percentile = (values: Float32Array): number =>
  values.slice().sort()[Math.ceil(values.length * FULL) - 1]!;
