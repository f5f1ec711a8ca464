import { descriptionContract } from '@tgm/options/testing';
import { it } from 'vitest';
import * as losses from './index.js';

const { adversarialMaskLoss, contrastiveLoss, featureLoss, pixelTarget, reconstructionLoss } = losses;
const { samplingLoss, tokenLoss } = losses;

const checks = descriptionContract({
  factories: [
    {
      name: 'pixelTarget',
      make: pixelTarget,
      options: {},
      changes: { normalise: ['joint', false] } satisfies Record<keyof losses.PixelTargetOptions, unknown>,
    },
    {
      name: 'reconstructionLoss',
      make: reconstructionLoss,
      options: {},
      changes: {
        target: [pixelTarget({ normalise: 'joint' }), { ...pixelTarget(), describe: () => ({ is: 'own' }) }],
      } satisfies Record<keyof losses.ReconstructionLossOptions, unknown>,
    },
    {
      name: 'featureLoss',
      make: featureLoss,
      options: { tokens: 'masked' },
      changes: {
        tokens: 'visible',
        normalise: ['layer', 'l2'],
        distance: ['l1', 'smoothL1', 'cosine'],
      } satisfies Record<keyof losses.FeatureLossOptions, unknown>,
    },
    {
      name: 'tokenLoss',
      make: tokenLoss,
      options: { codes: 4 },
      changes: { codes: 5 } satisfies Record<keyof losses.TokenLossOptions, unknown>,
    },
    {
      name: 'samplingLoss',
      make: samplingLoss,
      options: {},
      changes: { target: [pixelTarget({ normalise: 'joint' })] } satisfies Record<
        keyof losses.SamplingLossOptions,
        unknown
      >,
    },
    {
      name: 'adversarialMaskLoss',
      make: adversarialMaskLoss,
      options: { grid: { slices: 2, rows: 2, columns: 2 } },
      changes: { grid: { slices: 2, rows: 4, columns: 1 } } satisfies Record<
        keyof losses.AdversarialMaskLossOptions,
        unknown
      >,
    },
    {
      name: 'contrastiveLoss',
      make: contrastiveLoss,
      options: {},
      changes: { temperature: 0.1, view: 'contrast' } satisfies Record<
        keyof losses.ContrastiveLossOptions,
        unknown
      >,
    },
  ],
  exported: {
    module: losses,
    declarations: `${import.meta.dirname}/../dist`,
    returns: ['ClipLoss', 'BatchLoss', 'Target'],
  },
});
for (const { name, run } of checks) it(name, run);
