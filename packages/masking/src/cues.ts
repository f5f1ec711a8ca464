import { MaskingError } from './errors.js';
import type { TokenGrid, TokenMotion, TokenScores } from './strategy.js';
import { tokenCount } from './token-grid.js';

/** What text-guided masking reads. */
export interface TextCues {
  /** How well each token matches the caption. */
  readonly text: TokenScores;
}

/** What motion-guided masking reads. */
export interface MotionCues {
  readonly motion: TokenMotion;
}

/** @throws MaskingError `CUE_MISSING`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`. */
export function checkTextCue(cues: TextCues, grid: TokenGrid, where: string): TokenScores {
  const { text } = cues;
  if (!text) throw missing('text', 'TokenScores', where);
  checkLength(text, tokenCount(grid), `${where}, cue text`);
  checkFinite(text, `${where}, cue text`);
  return text;
}

/** @throws MaskingError `CUE_MISSING`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`. */
export function checkMotionCue(cues: MotionCues, grid: TokenGrid, where: string): TokenMotion {
  const { motion } = cues;
  if (!motion) throw missing('motion', 'TokenMotion', where);
  checkLength(motion.vectors, tokenCount(grid) * 2, `${where}, cue motion.vectors`);
  checkLength(motion.known, tokenCount(grid), `${where}, cue motion.known`);
  checkFinite(motion.vectors, `${where}, cue motion.vectors`);
  return motion;
}

/** @throws MaskingError `CUE_WRONG_SIZE`. */
export function checkLength(values: ArrayLike<number>, length: number, where: string): void {
  if (values.length === length) return;
  throw new MaskingError('CUE_WRONG_SIZE', {
    expected: `${length} values`,
    received: `${values.length}`,
    where,
  });
}

/** @throws MaskingError `CUE_NOT_FINITE`. */
export function checkFinite(values: Float32Array, where: string): void {
  const position = values.findIndex((value) => !Number.isFinite(value));
  if (position < 0) return;
  throw new MaskingError('CUE_NOT_FINITE', {
    expected: 'finite numbers',
    received: `${values[position]} at position ${position}`,
    where,
  });
}

function missing(cue: string, type: string, where: string): MaskingError {
  return new MaskingError('CUE_MISSING', { expected: `a cue ${cue}: ${type}`, received: 'none', where });
}
