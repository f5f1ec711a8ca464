import { SYMMETRIC_PIXELS, type VideoMaeConfig } from '@tgm/models';
import { MODEL as DEMO } from '../start/settings.js';

/** The demo's encoder with larger patches: a clip is 64 tokens in place of 256, so that steps on whole clips are cheap. */
export const MODEL = { ...DEMO, patchSize: 16 } satisfies VideoMaeConfig;

export const PIXELS = SYMMETRIC_PIXELS;

/** Contrast of clips, masked at random, with their captions, on all clips of the training part. */
export const PRETRAINING = {
  batchSize: 32,
  learningRate: 1e-3,
  warmupShare: 0.05,
  maskRatio: 0.5,
  seed: 0,
} as const;

/**
 * On a few labelled clips. Whatever makes VideoMAE's fine-tuning hold out for many epochs is turned off: in a run as short as
 * this one it costs both ways of beginning more than it gives.
 */
export const TUNING = {
  batchSize: 24,
  learningRate: 1e-3,
  warmupShare: 0.05,
  off: { dropPath: 0, smoothing: 0, mix: false },
  /** From scratch all layers learn alike. */
  layerDecay: { pretrained: 0.75, scratch: 1 },
  checkpointEvery: 100,
} as const;

export const FULL = { seeds: '0,1,2', labelled: 20, pretrainingSteps: 640, steps: 200 } as const;

/** Enough to see that every part works; too few to learn from. */
export const QUICK = { seeds: '0,1', labelled: 4, pretrainingSteps: 6, steps: 8 } as const;
