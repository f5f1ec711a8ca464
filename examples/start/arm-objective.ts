import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import type { Arm } from './arms.js';
import { TRAINING } from './settings.js';

/** What of an arm is an option of `pretrain`: masks, views and terms. */
export function armObjective({ masking, secondView, decoderMasking, reconstructs }: Arm) {
  const contrast = contrastiveLoss(secondView ? { view: 'contrast' } : {});
  return {
    ...(reconstructs || !secondView ? { masking } : {}),
    ...(secondView ? { views: { contrast: secondView } } : {}),
    ...(reconstructs ? { decoderMasking } : {}),
    losses: [
      ...(reconstructs ? [{ loss: reconstructionLoss(), weight: TRAINING.reconstructionWeight }] : []),
      { loss: contrast, weight: TRAINING.contrastiveWeight },
    ],
  };
}
