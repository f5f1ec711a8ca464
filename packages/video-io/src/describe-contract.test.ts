import { descriptionContract } from '@tgm/options/testing';
import { expect, it } from 'vitest';
import * as videoIo from './index.js';

const { cvrlViews, fineTuningRecipe, interIntraViews, pretrainingRecipe, testRecipe, viewsRecipe } = videoIo;

const clip = {
  frameCount: 8,
  size: [
    { width: 112, height: 224 },
    { width: 224, height: 112 },
  ],
};
const sampling = [{ kind: 'segments' }, { kind: 'dense', stride: 2 }];
const dense = { kind: 'dense', stride: 4 } as const;

const checks = descriptionContract({
  factories: [
    {
      name: 'pretrainingRecipe',
      make: pretrainingRecipe,
      options: { stride: 4 },
      changes: { ...clip, stride: 2, clips: 2, flip: true } satisfies Record<
        keyof videoIo.PretrainingRecipeOptions,
        unknown
      >,
    },
    {
      name: 'fineTuningRecipe',
      make: fineTuningRecipe,
      options: { sampling: dense, flip: true },
      changes: {
        ...clip,
        sampling,
        clips: 2,
        flip: false,
        crop: [{ area: [0.5, 1] }, { aspect: [1, 1] }],
        randAugment: [{ changes: 2 }, { magnitude: 9 }, { deviation: 0 }, { probability: 1 }],
        erasing: { probability: 0 },
      } satisfies Record<keyof videoIo.FineTuningRecipeOptions, unknown>,
    },
    {
      name: 'testRecipe',
      make: testRecipe,
      options: { sampling: dense, clips: 5, crops: 3 },
      changes: { ...clip, sampling, clips: 2, crops: 1 } satisfies Record<
        keyof videoIo.TestRecipeOptions,
        unknown
      >,
    },
    {
      name: 'viewsRecipe',
      make: viewsRecipe,
      options: { views: cvrlViews({ stride: 2 }) },
      changes: {
        ...clip,
        views: [
          cvrlViews({ stride: 4 }),
          cvrlViews({ stride: 2, flip: false }),
          cvrlViews({ stride: 2, crop: { area: [0.5, 1] } }),
          cvrlViews({ stride: 2, colours: { hue: 0.1 } }),
          cvrlViews({ stride: 2 }).slice(0, 1),
          interIntraViews({ stride: 2 }),
          interIntraViews({ stride: 2, broken: 'repeated' }),
        ],
      } satisfies Record<keyof videoIo.ViewsRecipeOptions, unknown>,
    },
  ],
  exported: {
    module: videoIo,
    declarations: `${import.meta.dirname}/../dist`,
    returns: ['ClipRecipe'],
  },
});
for (const { name, run } of checks) it(name, run);

it('a recipe tells the options of what it does within, with their defaults', () => {
  const told = {
    is: 'fineTuningRecipe',
    frameCount: 16,
    size: { width: 224, height: 224 },
    sampling: dense,
    clips: 1,
    flip: true,
    crop: { area: [0.08, 1], aspect: [3 / 4, 4 / 3] },
    randAugment: { changes: 4, magnitude: 7, deviation: 0.5, probability: 0.5 },
    erasing: { probability: 0.25 },
  };
  const given = { sampling: dense, flip: true };
  expect(fineTuningRecipe(given).describe()).toEqual(told);
  expect(fineTuningRecipe({ ...given, crop: {}, randAugment: { changes: 4 } }).describe()).toEqual(told);
});

it('a size that is told is a width and a height, whatever it was taken from', () => {
  const video = { width: 64, height: 32, source: 'a.mp4' };
  expect(pretrainingRecipe({ stride: 4, size: video }).describe()).toMatchObject({
    size: { width: 64, height: 32 },
  });
  expect(pretrainingRecipe({ stride: 4, size: video }).describe()).not.toHaveProperty('size.source');
});

it('a recipe of views tells each of them', () => {
  const views = [{ sampling: dense }, { moment: 'same', order: 'shuffled', colours: { grey: 0 } }] as const;
  const { views: told } = viewsRecipe({ views }).describe();
  const crop = { area: [0.08, 1], aspect: [3 / 4, 4 / 3] };
  expect(told).toEqual([
    { sampling: dense, moment: 'any', order: 'forward', crop, flip: false },
    {
      moment: 'same',
      order: 'shuffled',
      crop,
      flip: false,
      colours: {
        probability: 0.8,
        brightness: 0.8,
        contrast: 0.8,
        saturation: 0.8,
        hue: 0.2,
        grey: 0,
        blur: 0.5,
      },
    },
  ]);
});
