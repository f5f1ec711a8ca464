import {
  type ClassifierLabels,
  type PixelScale,
  type VideoMaeClassifierConfig,
  videoMaeClassifier,
} from '@tgm/models';
import { objectWith, optional, optionTable, passing } from '@tgm/options';
import { adamW, type FinetuneOptions } from '@tgm/train';
import { type ClipRecipe, fineTuningRecipe, testRecipe } from '@tgm/video-io';
import { CliError } from '../program/errors.js';
import { clipShape } from './clip-shape.js';
import { BUILD_FIELDS, type BuildOptions } from './pretraining-parts.js';
import { scheduled } from './scheduled.js';
import type { FinetuningSettings } from './settings.js';

/** All of `finetune`'s options but where the data lies, what computes and the seed; and the recipes of training and test. */
export type FinetuningParts = Omit<FinetuneOptions, 'examples' | 'engine' | 'seed'> & {
  readonly recipe: ClipRecipe;
  readonly test: ClipRecipe;
};

export interface BuildFinetuningOptions extends BuildOptions {
  /** Names of the data's classes. */
  readonly labels: ClassifierLabels;
  /** The scale of pixels that a pre-trained encoder is used to. Default: that of ImageNet, as `videoMaeClassifier`. */
  readonly pixels?: PixelScale;
}

const OPTIONS = optionTable(
  'finetuningParts',
  {
    ...BUILD_FIELDS,
    labels: passing(
      'a list of names, or such lists by name',
      (value): value is ClassifierLabels => typeof value === 'object' && value !== null,
    ),
    pixels: optional(objectWith<PixelScale>('a scale of pixels', ['mean', 'std'])),
  } satisfies Record<keyof BuildFinetuningOptions, unknown>,
  CliError,
);

/** The reference's epsilon of the norm behind the mean. */
const POOL_NORM_EPSILON = 1e-6;

/** The classifier of settings, whose encoder is the pre-trained one's. */
export const classifierConfig = (
  { model }: Pick<FinetuningSettings, 'model'>,
  labels: ClassifierLabels,
): VideoMaeClassifierConfig => ({ ...withoutPrediction(model), poolNormEps: POOL_NORM_EPSILON, labels });

const withoutPrediction = ({ predictedFrames: _, ...model }: FinetuningSettings['model']) => model;

/**
 * What a fine-tuning is made of, as `pretrainingParts`.
 *
 * @throws CliError and errors of the packages with `OPTION_INVALID` for settings that they refuse.
 */
export function finetuningParts(
  settings: FinetuningSettings,
  options: BuildFinetuningOptions,
): FinetuningParts {
  const { videos, labels, pixels, recompute } = OPTIONS.check(options);
  const { model, recipe, test, length, rate, optimizer, layerDecay, dropPath, smoothing, mix } = settings;
  const schedule = scheduled(length, rate, videos);
  const shape = clipShape(model);
  return {
    model: videoMaeClassifier(classifierConfig(settings, labels), {
      recompute,
      ...(pixels && { pixels }),
    }),
    recipe: fineTuningRecipe({ ...recipe, ...shape }),
    test: testRecipe({ ...test, ...shape }),
    batchSize: (length.videosPerStep * recipe.clips) / length.accumulate,
    accumulate: length.accumulate,
    optimizer: adamW(optimizer),
    schedule,
    steps: schedule.steps!,
    layerDecay,
    dropPath,
    smoothing,
    mix,
  };
}
