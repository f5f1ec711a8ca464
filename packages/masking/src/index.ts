export { chooseIndices, normal, type Random, seededRandom, uniformIndex } from '@tgm/random';
export { type CausalMaskingOptions, causalMasking } from './causal-masking.js';
export type { MotionCues, TextCues } from './cues.js';
export type { DenseMotion } from './dense-motion.js';
export { MaskingError, type MaskingErrorCode } from './errors.js';
export type { FlowShape } from './flow-shape.js';
export { type FlowOptions, flowVisibility } from './flow-visibility.js';
export { maskedCount } from './masked-count.js';
export { type MixedMaskingOptions, mixedMasking } from './mixed-masking.js';
export { type MotionCueOptions, motionCue } from './motion-cue.js';
export { type MotionGuidedMaskingOptions, motionGuidedMasking } from './motion-guided-masking.js';
export { type MotionMagnitudeMaskingOptions, motionMagnitudeMasking } from './motion-magnitude-masking.js';
export type { ClipFrames, Embeddings, PatchEmbeddings, PatchTextEncoder } from './patch-text.js';
export { type RandomMaskingOptions, randomMasking } from './random-masking.js';
export { type RandomSliceMaskingOptions, randomSliceMasking } from './random-slice-masking.js';
export { type Raster, resampleBilinear } from './resample-bilinear.js';
export { runningCellMask } from './running-cell-mask.js';
export { seedVisibility } from './seed-visibility.js';
export type {
  MaskingStrategy,
  MaskRequest,
  TokenGrid,
  TokenMask,
  TokenMotion,
  TokenScores,
} from './strategy.js';
export { similarityMaps, type TextCueOptions, type TubeletReduction, textCue } from './text-cue.js';
export { type TextGuidedMaskingOptions, textGuidedMasking } from './text-guided-masking.js';
export { tokenCount, tokenMask, tokensPerSlice } from './token-grid.js';
export { type TubeMaskingOptions, tubeMasking } from './tube-masking.js';
export { visibilityScores } from './visibility-scores.js';
export { type WindowMaskingOptions, windowMasking } from './window-masking.js';
