export { chooseIndices, normal, type Random, seededRandom, uniformIndex } from '@tgm/random';
export { type AttentionCueOptions, attentionCue } from './attention/attention-cue.js';
export type { AttentionEncoder, AttentionMaps } from './attention/attention-maps.js';
export type { BlockShape } from './blocks/block-shape.js';
export type { AttentionCues, FlowCues, MotionCues, PartCues, TextCues } from './cues.js';
export { MaskingError, type MaskingErrorCode } from './errors.js';
export type { ClipFlow } from './flow/clip-flow.js';
export { type FlowCueOptions, flowCue } from './flow/flow-cue.js';
export type { FlowShape } from './flow/flow-shape.js';
export { type FlowOptions, flowVisibility } from './flow/flow-visibility.js';
export { seedVisibility } from './flow/seed-visibility.js';
export { visibilityScores } from './flow/visibility-scores.js';
export type { TubeletReduction } from './maps-to-tokens.js';
export { maskedCount } from './masked-count.js';
export type { CameraMotion } from './motion/camera-motion.js';
export type { DenseMotion } from './motion/dense-motion.js';
export { type MotionCueOptions, motionCue } from './motion/motion-cue.js';
export { type PredictionErrorOptions, predictionErrorCue } from './motion/prediction-error.js';
export { type SaliencyCueOptions, saliencyCue } from './motion/saliency-cue.js';
export { type KMeansOptions, kMeans } from './parts/k-means.js';
export { type PartsCueOptions, partsCue } from './parts/parts-cue.js';
export { type Raster, type RasterRegion, resampleBilinear } from './resample-bilinear.js';
export { type AttentionMaskingOptions, attentionMasking } from './strategies/attention-masking.js';
export { type BlockMaskingOptions, blockMasking } from './strategies/block-masking.js';
export { type CausalMaskingOptions, causalMasking } from './strategies/causal-masking.js';
export { type FlowGuidedMaskingOptions, flowGuidedMasking } from './strategies/flow-guided-masking.js';
export { type FrameMaskingOptions, frameMasking } from './strategies/frame-masking.js';
export { type MixedMaskingOptions, mixedMasking } from './strategies/mixed-masking.js';
export { type MotionBinsMaskingOptions, motionBinsMasking } from './strategies/motion-bins-masking.js';
export {
  type MotionGuidedMaskingOptions,
  motionGuidedMasking,
  motionGuidedMaskingOptions,
} from './strategies/motion-guided-masking.js';
export {
  type MotionMagnitudeMaskingOptions,
  motionMagnitudeMasking,
} from './strategies/motion-magnitude-masking.js';
export { type MultiBlockMaskingOptions, multiBlockMasking } from './strategies/multi-block-masking.js';
export {
  type RandomMaskingOptions,
  randomMasking,
  randomMaskingOptions,
} from './strategies/random-masking.js';
export {
  type RandomSliceMaskingOptions,
  randomSliceMasking,
  randomSliceMaskingOptions,
} from './strategies/random-slice-masking.js';
export type { RegionSize } from './strategies/regions.js';
export { runningCellMask } from './strategies/running-cell-mask.js';
export { type RunningCellMaskingOptions, runningCellMasking } from './strategies/running-cell-masking.js';
export { type SemanticMaskingOptions, semanticMasking } from './strategies/semantic-masking.js';
export {
  type TextGuidedMaskingOptions,
  textGuidedMasking,
  textGuidedMaskingOptions,
} from './strategies/text-guided-masking.js';
export { type TubeMaskingOptions, tubeMasking, tubeMaskingOptions } from './strategies/tube-masking.js';
export { type TwoRatioMaskingOptions, twoRatioMasking } from './strategies/two-ratio-masking.js';
export { type WindowMaskingOptions, windowMasking } from './strategies/window-masking.js';
export type {
  HiddenSide,
  MaskingStrategy,
  MaskRequest,
  TokenGrid,
  TokenMask,
  TokenMotion,
  TokenParts,
  TokenScores,
} from './strategy.js';
export type {
  ClipFrames,
  Embeddings,
  PatchEmbeddings,
  PatchTextEncoder,
  PicturePlan,
  PictureSize,
  PictureTextEncoder,
} from './text/patch-text.js';
export { similarityMaps, type TextCueOptions, textCue } from './text/text-cue.js';
export { tokenCount, tokenMask, tokensPerSlice } from './token-grid.js';
