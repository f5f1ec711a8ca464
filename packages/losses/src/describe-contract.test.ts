import { descriptionContract } from '@tgm/options/testing';
import { it } from 'vitest';
import * as losses from './index.js';

const { contrastiveLoss, featureLoss, pixelTarget, reconstructionLoss, tokenLoss } = losses;

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
