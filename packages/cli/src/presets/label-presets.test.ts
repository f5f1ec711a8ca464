import { seededRandom } from '@tgm/masking';
import { videoMaeClassifier } from '@tgm/models';
import { testRecipe, type VideoInfo } from '@tgm/video-io';
import { describe, expect, it } from 'vitest';
import { DATA_SETS } from './data-sets.js';
import { finetuningParts } from './finetuning-parts.js';
import { FINETUNING_PRESETS } from './finetuning-presets.js';
import { namesOfClasses } from './names-of-classes.js';
import { probingParts } from './probing-parts.js';
import { PROBING_PRESETS } from './probing-presets.js';
import type { FinetuningSettings, ProbingSettings } from './settings.js';

const VIDEO = { width: 340, height: 256, frameCount: 320 } as VideoInfo;
const RANGE = { first: 0, count: 320 };

/** Views of a test, whether half of the clips are mirrored, and whether frames come from all of the video. */
const BY_SET = {
  k400: [15, true, false],
  ssv2: [6, false, true],
  ucf101: [15, true, false],
  hmdb51: [30, true, false],
  diving48: [6, true, true],
  'epic-kitchens': [6, true, true],
} as const;
type LabelledSet = keyof typeof BY_SET;

const finetunings = Object.entries(FINETUNING_PRESETS) as [
  keyof typeof FINETUNING_PRESETS,
  FinetuningSettings,
][];
const probings = Object.entries(PROBING_PRESETS) as [string, ProbingSettings][];

/** Classes, steps and highest rate by hand: floor(videos / step) * epochs, rate * step / 256. */
const BY_HAND: Readonly<Record<keyof typeof FINETUNING_PRESETS, readonly [number, number, number]>> = {
  'finetune-s-k400': [400, 150 * 625, 7.5e-4],
  'finetune-b-k400': [400, 75 * 625, 7.5e-4],
  'finetune-l-k400': [400, 35 * 1875, 1e-3],
  'finetune-s-ssv2': [174, 40 * 439, 1.5e-3],
  'finetune-b-ssv2': [174, 30 * 439, 7.5e-4],
  'finetune-b-ucf101': [101, 100 * 74, 2.5e-4],
  'finetune-b-hmdb51': [51, 50 * 27, 5e-4],
  'finetune-b-diving48': [48, 50 * 117, 2.5e-4],
  'finetune-b-epic-kitchens': [397, 50 * 525, 2.5e-4],
};

describe.each(finetunings)('%s', (name, settings) => {
  const { trainingVideos, classes } = DATA_SETS[settings.data];
  const parts = finetuningParts(settings, { videos: trainingVideos, labels: namesOfClasses(classes) });
  const [views, flip, everywhere] = BY_SET[settings.data as LabelledSet];
  const [classCount, steps, rate] = BY_HAND[name];

  it('has the classes of the set, and the encoder of the model alone', () => {
    const shapes = Object.fromEntries(parts.model.parameters.map(({ name, shape }) => [name, shape]));
    expect(shapes['classifier.weight']).toEqual([classCount, settings.model.hiddenSize]);
    expect(Object.keys(shapes).some((name) => name.startsWith('decoder'))).toBe(false);
    expect(parts.model.describe()).toEqual(videoMaeClassifier(parts.model.config, {}).describe());
  });

  it('takes steps and rates as told', () => {
    expect(parts.steps).toBe(steps);
    const warmup = (steps / settings.length.epochs) * 5;
    expect(parts.schedule.at(warmup - 1)).toBeCloseTo(rate, 12);
    expect(parts.batchSize).toBe(2 * settings.length.videosPerStep);
  });

  it('draws two clips, mirrored only where a side is no label', () => {
    const random = seededRandom(name);
    const plans = Array.from({ length: 40 }, () => parts.recipe.plan(VIDEO, RANGE, random)).flat();
    expect(plans).toHaveLength(80);
    const mirrored = plans.filter((plan) => plan.flip).length;
    if (flip) expect(Math.abs(mirrored - 40)).toBeLessThan(20);
    else expect(mirrored).toBe(0);
    // A dense clip spans 61 or 31 frames; one frame of each of 16 segments of 20 spans at least 281.
    for (const { indices } of plans) expect(indices.at(-1)! - indices[0]! > 270).toBe(everywhere);
  });

  it('is tested on the views of the set', () => {
    expect(parts.test.clips).toBe(views);
    expect(parts.test.plan(VIDEO, RANGE, seededRandom('none'))).toHaveLength(views);
  });
});

describe.each(probings)('%s', (_, settings) => {
  it('is tested on the views of the set, learns from one clip, and has no decoder', () => {
    const { model, recipe, test } = probingParts(settings);
    expect(test.clips).toBe(BY_SET[settings.data as LabelledSet][0]);
    expect(recipe.clips).toBe(1);
    const size = model.parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(size).toBe(86_227_200); // ViT-B without a class token
    expect(settings.linear).toMatchObject({ rate: 0.1, momentum: 0.9, epochs: 100, batchSize: 1024 });
  });
});

it('sets with classes have a fine-tuning and a probe each', () => {
  const labelled = Object.keys(BY_SET).sort();
  for (const presets of [finetunings, probings]) {
    expect([...new Set(presets.map(([, { data }]) => data))].sort()).toEqual(labelled);
  }
});

it('a forgotten set of frames is told apart: dense and segments give other views', () => {
  const size = { width: 224, height: 224 };
  const of = (sampling: FinetuningSettings['test']['sampling']) =>
    testRecipe({ sampling, clips: 2, crops: 3, size }).plan(VIDEO, RANGE, seededRandom('none'));
  expect(of({ kind: 'segments' })).not.toEqual(of({ kind: 'dense', stride: 2 }));
});
