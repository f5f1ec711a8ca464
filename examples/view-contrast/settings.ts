import {
  SYMMETRIC_PIXELS,
  type VideoMaeEncoder,
  type VideoMaeEncoderConfig,
  videoMaeEncoder,
} from '@tgm/models';

/** What is trained. All numbers were chosen on the data set of seed 20. */
const MODEL = {
  imageSize: 32,
  patchSize: 8,
  numFrames: 8,
  tubeletSize: 2,
  hiddenSize: 96,
  numHiddenLayers: 2,
  numAttentionHeads: 3,
  intermediateSize: 384,
  layerNormEps: 1e-6,
} satisfies VideoMaeEncoderConfig;

export const encoder = (): VideoMaeEncoder =>
  videoMaeEncoder(MODEL, { pixels: SYMMETRIC_PIXELS, scaledResiduals: true });

export const FRAME_COUNT = MODEL.numFrames;
export const SIZE = { width: MODEL.imageSize, height: MODEL.imageSize };

export const TRAINING = {
  batchSize: 16,
  steps: 100,
  warmupSteps: 10,
  learningRate: 1e-3,
  weightDecay: 0.05,
  checkpointEvery: 50,
} as const;

/** Enough test clips that a few points of accuracy are more than chance: a standard error is about 1.2 points. */
export const CLIPS = { train: 1200, test: 1200 };
export const QUICK_CLIPS = { train: 96, test: 48 };
export const QUICK_STEPS = 3;
