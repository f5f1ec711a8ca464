import { VIDEO_MAE_CONFIGS } from '@tgm/models';
import { DEMO_CASE } from '../step/cases.js';

/** Pre-training steps with text-guided masks, beside the same with tube masks. */
export interface TextMaskCase {
  readonly name: string;
  readonly config: typeof DEMO_CASE.config;
  readonly batch: number;
  /** Share that both kinds of masks hide. */
  readonly ratio: number;
  /** Steps of a turn. */
  readonly steps: number;
}

export const TEXT_MASK_CASES: readonly TextMaskCase[] = [
  { name: 'demo 0.6 batch 32', config: DEMO_CASE.config, batch: DEMO_CASE.batch, ratio: 0.6, steps: 5 },
  { name: 'vit-s 0.6 batch 2', config: VIDEO_MAE_CONFIGS.small, batch: 2, ratio: 0.6, steps: 1 },
];
