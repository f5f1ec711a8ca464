import { VIDEO_MAE_CONFIGS, type VideoMaeEncoderConfig } from '@tgm/models';

/** Features of clips of 16 x 224 x 224, all 1568 tokens. */
export interface ExtractCase {
  readonly name: string;
  readonly config: VideoMaeEncoderConfig;
  /** Clips of a turn, and of a pass through the model. */
  readonly clips: number;
  readonly batch: number;
}

export const EXTRACT_CASES: readonly ExtractCase[] = [
  { name: 'vit-s', config: VIDEO_MAE_CONFIGS.small, clips: 4, batch: 2 },
  { name: 'vit-b', config: VIDEO_MAE_CONFIGS.base, clips: 4, batch: 2 },
];
