import { VIDEO_MAE_CONFIGS, type VideoMaeConfig } from '@tgm/models';
import type { Size } from '@tgm/video-io';

/** Pre-training while its clips are decoded. */
export interface StreamCase {
  readonly name: string;
  readonly config: VideoMaeConfig;
  readonly batch: number;
  /** Share of the tokens that tube masks hide. */
  readonly ratio: number;
  /** Frames of a video from one I-frame to the next. */
  readonly gop: number;
  readonly video: Size;
  /** Frames of each video. */
  readonly frameCount: number;
  /** Different files, and how often each is in the data set. */
  readonly files: number;
  readonly copies: number;
  /** Source frames from one frame of a clip to the next. */
  readonly stride: number;
  /** Samples in hand at most; default what `shuffled` takes. */
  readonly prefetch?: number;
  /**
   * Steps of a turn: those that use up what was made ahead while the other program had its turn, and those that are
   * measured.
   */
  readonly steps: { readonly before: number; readonly measured: number };
}

/** Ten seconds of 340 x 256, as data sets are prepared for training: little is left to scale. */
const published = (name: string, gop: number): StreamCase => ({
  name: `${name} gop ${gop}`,
  config: VIDEO_MAE_CONFIGS.small,
  batch: 4,
  ratio: 0.9,
  gop,
  video: { width: 340, height: 256 },
  frameCount: 300,
  files: 4,
  copies: 10,
  stride: 4,
  steps: { before: 4, measured: 8 },
});

/** A model and videos of which 2,000 steps take about a minute. Fine to try the program with, too. */
export const SMALL_CASE: StreamCase = {
  name: 'small',
  config: {
    ...VIDEO_MAE_CONFIGS.small,
    imageSize: 32,
    patchSize: 8,
    numFrames: 4,
    hiddenSize: 48,
    numHiddenLayers: 2,
    numAttentionHeads: 2,
    intermediateSize: 96,
    decoderHiddenSize: 24,
    decoderNumHiddenLayers: 1,
    decoderNumAttentionHeads: 1,
    decoderIntermediateSize: 48,
  },
  batch: 4,
  ratio: 0.75,
  gop: 12,
  video: { width: 64, height: 48 },
  frameCount: 24,
  files: 400,
  copies: 1,
  stride: 2,
  prefetch: 8,
  steps: { before: 4, measured: 20 },
};

export const STREAM_CASES: readonly StreamCase[] = [
  published('vit-s tube 0.9 batch 4', 12),
  published('vit-s tube 0.9 batch 4', 250),
  SMALL_CASE,
];
