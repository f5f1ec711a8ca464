import type { VideoMaeConfig } from '@tgm/models';

/**
 * What the demo compares, and for how long, so that three runs fit in a few minutes on two cores and the joint objective
 * still learns the actions. Depth and steps were chosen on the data sets of seeds 10 and 11; width, batch and learning
 * rate earlier, on seed 0's.
 */
export const MODEL = {
  imageSize: 64,
  patchSize: 8,
  numFrames: 8,
  tubeletSize: 2,
  hiddenSize: 96,
  numHiddenLayers: 3,
  numAttentionHeads: 3,
  intermediateSize: 384,
  decoderHiddenSize: 48,
  decoderNumHiddenLayers: 1,
  decoderNumAttentionHeads: 3,
  decoderIntermediateSize: 192,
  layerNormEps: 1e-6,
  decoderNormEps: 1e-6,
} satisfies VideoMaeConfig;

export const TRAINING = {
  batchSize: 32,
  steps: 320,
  /** Of the whole run. */
  warmupShare: 0.05,
  learningRate: 1e-3,
  weightDecay: 0.05,
  /** Weights of the two terms of the joint objective; 1 and 1 in the paper. */
  reconstructionWeight: 1,
  contrastiveWeight: 1,
  /** A sixth of the masked tokens is reconstructed: the decoder is a third of a step's work otherwise. */
  reconstructShare: 1 / 6,
  /** Scores patches of the first frame of each tubelet alone: half the work of the mean over both. */
  scoreFrames: 'first',
  checkpointEvery: 100,
} as const;

/**
 * The run on level `tiled` of Moving Shapes, which learns by reconstruction alone. Small batches: what takes a model off the plateau is
 * the number of steps.
 */
export const TILED = {
  train: 256,
  test: 48,
  batchSize: 8,
  steps: 240,
  warmupShare: 0.05,
  learningRate: 2e-3,
  weightDecay: 0.05,
  reconstructShare: 1 / 4,
  checkpointEvery: 100,
} as const;

/** Enough to see that every part works; too few to learn from. */
export const QUICK_STEPS = 30;
