import { checkFlags, checkFloats } from './array-checks.js';
import { MaskingError } from './errors.js';
import type { TokenGrid, TokenMotion, TokenScores } from './strategy.js';
import { tokenCount } from './token-grid.js';

/** What text-guided masking reads. */
export interface TextCues {
  /** How well each token matches the caption. */
  readonly tokenScores: TokenScores;
}

/** What motion-guided masking reads. */
export interface MotionCues {
  readonly motion: TokenMotion;
}

/** @throws MaskingError `CUE_MISSING`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`. */
export function checkTextCue(cues: TextCues, grid: TokenGrid, where: string): TokenScores {
  const { tokenScores } = cues;
  if (!tokenScores) throw missing('tokenScores', 'TokenScores', where);
  checkFloats(tokenScores, tokenCount(grid), `${where}, cue tokenScores`);
  return tokenScores;
}

/** @throws MaskingError `CUE_MISSING`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`. */
export function checkMotionCue(cues: MotionCues, grid: TokenGrid, where: string): TokenMotion {
  const { motion } = cues;
  if (!motion) throw missing('motion', 'TokenMotion', where);
  checkFloats(motion.vectors, tokenCount(grid) * 2, `${where}, cue motion.vectors`);
  checkFlags(motion.known, tokenCount(grid), `${where}, cue motion.known`);
  return motion;
}

function missing(cue: string, type: string, where: string): MaskingError {
  return new MaskingError('CUE_MISSING', { expected: `a cue ${cue}: ${type}`, received: 'none', where });
}
