import { describe, expect, it } from 'vitest';
import { descriptionDifferences } from './index.js';

const SAVED = {
  objective: { is: 'maskedObjective', losses: [{ loss: { is: 'reconstructionLoss' }, weight: 1 }] },
  batches: { is: 'maskedBatches', masking: { is: 'randomMasking', ratio: 0.6 }, batchSize: 8 },
  optimizer: { is: 'adamW', weightDecay: 0.05 },
  run: { seed: 0, steps: 1000, clipNorm: null },
};

describe('two descriptions', () => {
  it('differ in nothing with equal options, whatever their order', () => {
    const { run, ...others } = SAVED;
    const now = { run: { clipNorm: null, steps: 1000, seed: 0 }, ...others };
    expect(descriptionDifferences(SAVED, now)).toEqual([]);
    expect(descriptionDifferences(JSON.parse(JSON.stringify(SAVED)), SAVED)).toEqual([]);
  });

  it('differ by every option, at any depth, that is another, missing or new', () => {
    const now = {
      objective: {
        is: 'maskedObjective',
        losses: [{ loss: { is: 'contrastiveLoss', a: 1 }, weight: 0.5 }, 7],
      },
      batches: {
        is: 'maskedBatches',
        masking: { is: 'randomMasking', ratio: 0.75 },
        batchSize: 8,
        views: [],
      },
      optimizer: { is: 'adamW' },
      run: { seed: '0', steps: 1000, clipNorm: {} },
    };
    expect(descriptionDifferences(SAVED, now)).toEqual([
      { option: 'objective.losses.0.loss.is', saved: 'reconstructionLoss', now: 'contrastiveLoss' },
      { option: 'objective.losses.0.weight', saved: 1, now: 0.5 },
      { option: 'objective.losses.1', saved: undefined, now: 7 },
      { option: 'batches.masking.ratio', saved: 0.6, now: 0.75 },
      { option: 'batches.views', saved: undefined, now: [] },
      { option: 'optimizer.weightDecay', saved: 0.05, now: undefined },
      { option: 'run.seed', saved: 0, now: '0' },
      { option: 'run.clipNorm', saved: null, now: {} },
    ]);
  });

  it('that differ in the kind of a value are told by it alone', () => {
    const now = { ...SAVED, optimizer: { is: 'sgd', momentum: 0.9 } };
    expect(descriptionDifferences(SAVED, now)).toEqual([
      { option: 'optimizer.is', saved: 'adamW', now: 'sgd' },
    ]);
  });
});
