import { type Random, seededRandom, type TokenGrid } from '@tgm/masking';
import type { VideoInfo } from '@tgm/video-io';
import { describe, expect, it } from 'vitest';
import { DATA_SETS } from './data-sets.js';
import { maskingOf, type SettingsCues } from './masking-settings.js';
import { pretrainingParts } from './pretraining-parts.js';
import { leakSafe, PRETRAINING_PRESETS } from './pretraining-presets.js';
import type { PretrainingSettings } from './settings.js';

/** What the papers' figures come to in tokens, steps and parameters, computed by hand. */
const BY_HAND: Readonly<Record<keyof typeof PRETRAINING_PRESETS, readonly number[]>> = {
  // visible, masked, parameters, steps, warm-up steps, highest rate
  'videomae-s-k400': [160, 1408, 24_029_376, 1600 * 234, 40 * 234, 6e-4],
  'videomae-b-k400': [160, 1408, 94_210_944, 800 * 117, 40 * 117, 1.2e-3],
  'videomae-l-k400': [160, 1408, 342_996_992, 1600 * 468, 40 * 468, 3e-4],
  'videomae-s-ssv2': [160, 1408, 24_029_376, 2400 * 82, 40 * 82, 1.2e-3],
  'videomae-b-ssv2': [160, 1408, 94_210_944, 800 * 82, 40 * 82, 1.2e-3],
  'videomae-l-ssv2': [160, 1408, 342_996_992, 2400 * 329, 40 * 329, 3e-4],
  'mgm-b-k400': [392, 1176, 94_210_944, 200 * 117, 40 * 117, 1.2e-3],
  'mgm-b-ssv2': [392, 1176, 94_210_944, 200 * 82, 40 * 82, 1.2e-3],
  'tgm-b-k400': [632, 936, 94_210_944, 200 * 117, 40 * 117, 1.2e-3],
  'tgm-b-ssv2': [632, 936, 94_210_944, 200 * 82, 40 * 82, 1.2e-3],
  'tgm-b-internvid': [632, 936, 94_210_944, 10 * 4882, 2 * 4882, 1.2e-3],
};

const presets = Object.entries(PRETRAINING_PRESETS) as [
  keyof typeof PRETRAINING_PRESETS,
  PretrainingSettings,
][];
const VIDEO = { width: 340, height: 256, frameCount: 300 } as VideoInfo;
const RANGE = { first: 0, count: 300 };

function cuesOf({ slices, rows, columns }: TokenGrid, random: Random): SettingsCues {
  const tokens = slices * rows * columns;
  return {
    tokenScores: Float32Array.from({ length: tokens }, random),
    motion: {
      vectors: Float32Array.from({ length: 2 * tokens }, () => random() - 0.5),
      known: new Uint8Array(tokens).fill(1),
    },
  };
}

describe.each(presets)('%s', (name, settings) => {
  const { trainingVideos } = DATA_SETS[settings.data];
  const parts = pretrainingParts(settings, { videos: trainingVideos });
  const [visible, masked, parameters, steps, warmupSteps, rate] = BY_HAND[name] as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];

  it('hides as many tokens as the paper', () => {
    const { grid } = parts.model;
    const random = seededRandom(name);
    const mask = maskingOf(settings.masking).mask({ grid, random, cues: cuesOf(grid, random) });
    expect([mask.visible.length, mask.masked.length]).toEqual([visible, masked]);
  });

  it('has as many parameters as the published model', () => {
    const sizes = parts.model.parameters.map(({ shape }) => shape.reduce((size, side) => size * side, 1));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(parameters);
  });

  it('takes the steps and rates of the paper', () => {
    const { schedule } = parts;
    expect(parts.steps).toBe(steps);
    expect(parts.batchSize).toBe(settings.length.videosPerStep);
    expect(schedule.at(0)).toBe(0);
    expect(schedule.at(warmupSteps - 1)).toBeCloseTo(rate, 12);
    // 1e-5 for 256, in the same proportion.
    expect(schedule.at(steps - 1)).toBeCloseTo(rate / 15, 6);
  });

  it("takes clips of the model's size at the set's stride, and never mirrors them", () => {
    const { recipe } = parts;
    expect(recipe.size).toEqual({ width: 224, height: 224 });
    const random = seededRandom(name);
    for (let draw = 0; draw < 20; draw++) {
      const [plan] = recipe.plan(VIDEO, RANGE, random);
      expect(plan!.indices).toHaveLength(16);
      expect(plan!.indices[1]! - plan!.indices[0]!).toBe(settings.data === 'ssv2' ? 2 : 4);
      expect(plan!.flip).toBe(false);
    }
  });
});

it('only the text-guided ones have the contrastive term, of the same weight as the reconstruction', () => {
  for (const [name, settings] of presets) {
    const { losses } = pretrainingParts(settings, { videos: 10_000 });
    const terms = losses.map(({ loss, weight }) => `${loss.name} ${weight}`);
    const contrast = name.startsWith('tgm') ? ['contrastive 1'] : [];
    expect(terms).toEqual(['reconstruction 1', ...contrast]);
  }
});

it('the text-guided ones draw one of three captions, or take the one that InternVid has', () => {
  const captions = Object.fromEntries(presets.map(([name, { text }]) => [name, text?.captions]));
  expect(captions).toMatchObject({ 'tgm-b-k400': 3, 'tgm-b-ssv2': 3, 'tgm-b-internvid': 1 });
  expect(captions['videomae-b-k400']).toBeUndefined();
});

it('the form without a leak hides at random and reconstructs by the text', () => {
  const { masking, decoderMasking } = pretrainingParts(leakSafe(PRETRAINING_PRESETS['tgm-b-ssv2']), {
    videos: 10_000,
  });
  expect([masking?.name, masking?.ratio, decoderMasking?.name]).toEqual(['random', 0.6, 'text']);
});
