export { classificationLoss, softLabelLoss } from './classification-loss.js';
export { type ContrastiveLossOptions, contrastiveLoss } from './contrastive-loss.js';
export { LossError, type LossErrorCode } from './errors.js';
export { type InfoNceInputs, infoNce } from './info-nce.js';
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
export { type PixelTargetOptions, pixelTarget } from './pixel-target.js';
export { type ReconstructionLossOptions, reconstructionLoss } from './reconstruction-loss.js';
export type { Target } from './target.js';
export { tokenErrors } from './token-errors.js';
