export { type AdversarialMaskLossOptions, adversarialMaskLoss } from './adversarial-mask-loss.js';
export { atTokens } from './at-tokens.js';
export type { CaptionTokenizer, CaptionTokenNeeds, CaptionTokens } from './caption-tokens.js';
export type { Choice } from './choice.js';
export { clampFromAbove } from './clamp-from-above.js';
export { classificationLoss, softLabelLoss } from './classification-loss.js';
export { type ContrastiveLossOptions, contrastiveLoss } from './contrastive-loss.js';
export { equalKeys } from './equal-keys.js';
export { LossError, type LossErrorCode } from './errors.js';
export type { FeatureDistance, FeatureNormalisation } from './feature-distance.js';
export { type FeatureLossOptions, featureLoss } from './feature-loss.js';
export { FEATURE_LOSSES } from './feature-losses.js';
export { type InfoNceInputs, infoNce, infoNceBaseline, meanNegatives } from './info-nce.js';
export { l2Normalise } from './l2-normalise.js';
export type {
  BatchLoss,
  ClipLoss,
  EncodedView,
  Figures,
  Loss,
  LossInputs,
  LossNeeds,
  LossWidths,
  Params,
  Rows,
} from './loss.js';
export { normalisedTarget, type TargetNormalisation } from './normalised-target.js';
export {
  type OneSidedInfoNceInputs,
  oneSidedBaseline,
  oneSidedInfoNce,
} from './one-sided-info-nce.js';
export { type PixelTargetOptions, pixelTarget } from './pixel-target.js';
export { type ReconstructionLossOptions, reconstructionLoss } from './reconstruction-loss.js';
export { type SamplingLossOptions, samplingLoss } from './sampling-loss.js';
export { type SinkhornOptions, sinkhorn } from './sinkhorn.js';
export type { Target } from './target.js';
export { tokenErrors } from './token-errors.js';
export { type TokenLossOptions, tokenLoss } from './token-loss.js';
export { withoutGradients } from './without-gradients.js';
