import { VIDEO_MAE_CONFIGS } from '@tgm/models';
import type { VideoSpec } from '../make-video.js';
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
  /** Where clips are cut from videos. */
  readonly video: VideoSpec;
  /** From one frame of a clip to the next. */
  readonly stride: number;
}

export const TEXT_MASK_CASES: readonly TextMaskCase[] = [
  {
    ...{ name: 'demo 0.6 batch 32', config: DEMO_CASE.config, batch: DEMO_CASE.batch, ratio: 0.6, steps: 5 },
    // As those of Moving Shapes.
    ...{ video: { width: 128, height: 128, fps: 16, frameCount: 32, gop: 16 }, stride: 2 },
  },
  {
    ...{ name: 'vit-s 0.6 batch 2', config: VIDEO_MAE_CONFIGS.small, batch: 2, ratio: 0.6, steps: 1 },
    // As those of Kinetics.
    ...{ video: { width: 340, height: 256, fps: 30, frameCount: 300, gop: 60 }, stride: 4 },
  },
];
