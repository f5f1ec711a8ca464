export { classificationLoss } from './classification-loss.js';
export { type ContrastiveLossOptions, contrastiveLoss } from './contrastive-loss.js';
export { LossError, type LossErrorCode } from './errors.js';
export { type InfoNceInputs, infoNce } from './info-nce.js';
export type { Loss, LossInputs, Params } from './loss.js';
export { normalisedTarget, type TargetNormalisation } from './normalised-target.js';
export { meanBaseline, type ReconstructionLossOptions, reconstructionLoss } from './reconstruction-loss.js';
