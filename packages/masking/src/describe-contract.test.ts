import { type DescribedFactory, descriptionContract } from '@tgm/options/testing';
import { expect, it } from 'vitest';
import * as masking from './index.js';

const { mixedMasking, randomSliceMasking, textGuidedMasking, tubeMasking } = masking;

/** A strategy that has no option but its ratio. */
const byRatio = (name: string, make: (options: { ratio: number }) => object): DescribedFactory => ({
  name,
  make,
  options: { ratio: 0.5 },
  changes: { ratio: [0, 0.9] },
});

const checks = descriptionContract({
  factories: [
    byRatio('randomMasking', masking.randomMasking),
    byRatio('randomSliceMasking', randomSliceMasking),
    byRatio('tubeMasking', tubeMasking),
    byRatio('causalMasking', masking.causalMasking),
    byRatio('frameMasking', masking.frameMasking),
    {
      name: 'runningCellMasking',
      make: masking.runningCellMasking,
      options: { ratio: 0.5 },
      changes: { ratio: [0.25, 0.75] } satisfies Record<keyof masking.RunningCellMaskingOptions, unknown>,
    },
    {
      name: 'blockMasking',
      make: masking.blockMasking,
      options: { ratio: 0.5 },
      changes: {
        ratio: 0.6,
        blocks: 2,
        spatialScale: 0.7,
        temporalScale: 0.5,
        aspect: [[1, 1]],
      } satisfies Record<keyof masking.BlockMaskingOptions, unknown>,
    },
    {
      name: 'multiBlockMasking',
      make: masking.multiBlockMasking,
      options: { ratio: 0.5 },
      changes: { ratio: 0.6, kinds: [[{}], [{ blocks: 2 }]] } satisfies Record<
        keyof masking.MultiBlockMaskingOptions,
        unknown
      >,
    },
    {
      name: 'motionGuidedMasking',
      make: masking.motionGuidedMasking,
      options: { ratio: 0.5 },
      changes: { ratio: [0, 0.9], camera: 'keep' } satisfies Record<
        keyof masking.MotionGuidedMaskingOptions,
        unknown
      >,
    },
    {
      name: 'motionMagnitudeMasking',
      make: masking.motionMagnitudeMasking,
      options: { ratio: 0.5 },
      changes: { ratio: [0, 0.9], camera: 'keep' } satisfies Record<
        keyof masking.MotionMagnitudeMaskingOptions,
        unknown
      >,
    },
    {
      name: 'flowGuidedMasking',
      make: masking.flowGuidedMasking,
      options: {},
      changes: { ratio: [0, 0.75], walk: 'released' } satisfies Record<
        keyof masking.FlowGuidedMaskingOptions,
        unknown
      >,
    },
    {
      name: 'motionBinsMasking',
      make: masking.motionBinsMasking,
      options: {},
      changes: { ratio: [0, 0.9], movingShare: [0, 1] } satisfies Record<
        keyof masking.MotionBinsMaskingOptions,
        unknown
      >,
    },
    {
      name: 'windowMasking',
      make: masking.windowMasking,
      options: { from: 0.5, to: 1 },
      changes: { from: [0, 0.75], to: 0.75 } satisfies Record<keyof masking.WindowMaskingOptions, unknown>,
    },
    {
      name: 'textGuidedMasking',
      make: textGuidedMasking,
      options: { ratio: 0.5 },
      changes: {
        ratio: 0.6,
        select: 'bottom',
        textShare: [0, 1 / 3],
        per: ['clip', { rows: 2, columns: 2 }],
        noise: 0.5,
      } satisfies Record<keyof masking.TextGuidedMaskingOptions, unknown>,
    },
    {
      name: 'twoRatioMasking',
      make: masking.twoRatioMasking,
      options: { salientShare: 0.3, salientRatio: 0.9, backgroundRatio: 0.6 },
      changes: { salientShare: 0.5, salientRatio: 1, backgroundRatio: 0 } satisfies Record<
        keyof masking.TwoRatioMaskingOptions,
        unknown
      >,
    },
    {
      name: 'attentionMasking',
      make: masking.attentionMasking,
      options: { ratio: 0.5, select: 'hint' },
      changes: {
        ratio: 0.6,
        select: ['high', 'low', 'keep'],
        hintFrom: 0.2,
        hintShare: 0.25,
      } satisfies Record<keyof masking.AttentionMaskingOptions, unknown>,
    },
    {
      name: 'semanticMasking',
      make: masking.semanticMasking,
      options: { ratio: 0.5, epochs: 10 },
      changes: { ratio: 0.6, epochs: 0.5 } satisfies Record<keyof masking.SemanticMaskingOptions, unknown>,
    },
    {
      name: 'mixedMasking',
      make: ({ strategy, other, ...options }) => mixedMasking(strategy, other, options),
      options: {
        strategy: textGuidedMasking({ ratio: 0.5 }),
        other: tubeMasking({ ratio: 0.5 }),
        share: 0.5,
      },
      changes: {
        strategy: [textGuidedMasking({ ratio: 0.5, select: 'bottom' }), tubeMasking({ ratio: 0.5 })],
        other: [randomSliceMasking({ ratio: 0.5 }), tubeMasking({ ratio: 0.25 })],
        share: 0,
      } satisfies Record<keyof masking.MixedMaskingOptions | 'strategy' | 'other', unknown>,
    },
  ],
  exported: { module: masking, declarations: `${import.meta.dirname}/../dist`, returns: ['MaskingStrategy'] },
});
for (const { name, run } of checks) it(name, run);

it('a strategy tells its options with their defaults, and those of the strategies in it', () => {
  const mixed = mixedMasking(textGuidedMasking({ ratio: 0.6 }), randomSliceMasking({ ratio: 0.6 }), {
    share: 0.25,
  });
  expect(mixed.describe()).toEqual({
    is: 'mixedMasking',
    strategy: {
      is: 'textGuidedMasking',
      ratio: 0.6,
      select: 'top',
      textShare: 1,
      per: 'slice',
      noise: 0,
    },
    other: { is: 'randomSliceMasking', ratio: 0.6 },
    share: 0.25,
  });
});
