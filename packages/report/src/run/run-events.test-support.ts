import type { RunEvent } from './run-event.js';

export const beginEvent = (step: number, steps = 8): RunEvent => ({
  ...{ type: 'begin', step, steps },
  description: {
    optimizer: { is: 'adamW', betas: [0.9, 0.95] },
    losses: [{ is: 'reconstructionLoss', weight: 1 }],
  },
});

/** A step of a run whose loss is 1 / step. */
export const stepEvent = (step: number, steps = 8): RunEvent => ({
  ...{ type: 'step', step, steps, total: 1 / step },
  terms: { contrastive: 3, reconstruction: 1 / step },
  figures: { 'reconstruction baseline': 0.99, scale: 14 },
  ...{ learningRate: 1e-3 * step, seconds: 0.5, clipsPerSecond: 64, replaced: [] },
});
