import { checkFlags, checkFloats, checkNotNegative } from './array-checks.js';
import { MaskingError } from './errors.js';
import type { ClipFlow } from './flow/clip-flow.js';
import type { TokenGrid, TokenMotion, TokenParts, TokenScores } from './strategy.js';
import { tokenCount, tokensPerSlice } from './token-grid.js';

/** What text-guided masking reads. */
export interface TextCues {
  /** How well each token matches the caption. */
  readonly tokenScores: TokenScores;
}

/** What motion-guided masking reads. */
export interface MotionCues {
  readonly motion: TokenMotion;
}

/** What attention-guided masking reads. */
export interface AttentionCues {
  /** How much a teacher attends to each token, from 0. */
  readonly attention: TokenScores;
}

/** What semantic-guided masking reads. */
export interface PartCues {
  readonly parts: TokenParts;
}

/** What flow-guided masking reads. */
export interface FlowCues {
  readonly flow: ClipFlow;
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

/** @throws MaskingError `CUE_MISSING`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`, `CUE_NEGATIVE`. */
export function checkAttentionCue(cues: AttentionCues, grid: TokenGrid, where: string): TokenScores {
  const { attention } = cues;
  if (!attention) throw missing('attention', 'TokenScores', where);
  checkFloats(attention, tokenCount(grid), `${where}, cue attention`);
  checkNotNegative(attention, `${where}, cue attention`);
  return attention;
}

/** @throws MaskingError `CUE_MISSING`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`. */
export function checkPartCue(cues: PartCues, grid: TokenGrid, where: string): TokenParts {
  const { parts } = cues;
  if (!parts) throw missing('parts', 'TokenParts', where);
  checkFlags(parts, tokenCount(grid), `${where}, cue parts`);
  return parts;
}

/** @throws MaskingError `CUE_MISSING`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`. */
export function checkFlowCue(cues: FlowCues, grid: TokenGrid, where: string): ClipFlow {
  const { flow } = cues;
  if (!flow) throw missing('flow', 'ClipFlow', where);
  const { frameCount, samples } = flow;
  const whole = Number.isSafeInteger(frameCount) && Number.isSafeInteger(samples);
  if (!whole || frameCount < 1 || samples < 1 || frameCount % grid.slices !== 0) {
    throw new MaskingError('CUE_WRONG_SIZE', {
      expected: `frames in a multiple of ${grid.slices} slices, samples from 1`,
      received: `frameCount ${frameCount}, samples ${samples}`,
      where: `${where}, cue flow`,
    });
  }
  const length = (frameCount - 1) * 2 * tokensPerSlice(grid) * samples ** 2;
  checkFloats(flow.backward, length, `${where}, cue flow.backward`);
  checkFloats(flow.forward, length, `${where}, cue flow.forward`);
  return flow;
}

function missing(cue: string, type: string, where: string): MaskingError {
  return new MaskingError('CUE_MISSING', { expected: `a cue ${cue}: ${type}`, received: 'none', where });
}
