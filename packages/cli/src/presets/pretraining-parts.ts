import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { videoMae } from '@tgm/models';
import { flag, optional, optionTable, wholeNumber } from '@tgm/options';
import { adamW, type PretrainOptions } from '@tgm/train';
import { type ClipRecipe, pretrainingRecipe } from '@tgm/video-io';
import { CliError } from '../program/errors.js';
import { clipShape } from './clip-shape.js';
import { maskingOf, type SettingsCues } from './masking-settings.js';
import { scheduled } from './scheduled.js';
import type { PretrainingSettings } from './settings.js';

/** What settings leave out: where the data lies, what computes, what decides the draws. */
type Rest = 'examples' | 'engine' | 'seed';

/** All of `pretrain`'s options but those, and the recipe that `videoExamples` takes. */
export type PretrainingParts = Omit<PretrainOptions<SettingsCues>, Rest> & { readonly recipe: ClipRecipe };

/** The view that meets the caption where it is not the decoder's. */
const CONTRAST_VIEW = 'contrast';

export interface BuildOptions {
  /** Videos of the data, which decide how many steps an epoch has. */
  readonly videos: number;
  /** Compute blocks again for their gradients: less memory, more time. Default false. */
  readonly recompute?: boolean;
}

export const BUILD_FIELDS = {
  videos: wholeNumber({ from: 1 }),
  recompute: optional(flag(), false),
} satisfies Record<keyof BuildOptions, unknown>;

const OPTIONS = optionTable('pretrainingParts', BUILD_FIELDS, CliError);

/**
 * What a pre-training is made of. `const { recipe, ...options } = pretrainingParts(settings, { videos })`; then
 * `pretrain({ ...options, examples, engine, seed })`.
 *
 * @throws CliError and errors of the packages with `OPTION_INVALID` for settings that they refuse.
 */
export function pretrainingParts(settings: PretrainingSettings, options: BuildOptions): PretrainingParts {
  const { videos, recompute } = OPTIONS.check(options);
  const { contrast, decoderMasking, length, rate } = settings;
  const view = contrast?.view;
  const schedule = scheduled(length, rate, videos);
  return {
    model: videoMae(settings.model, { recompute }),
    recipe: pretrainingRecipe({ ...settings.recipe, ...clipShape(settings.model) }),
    masking: maskingOf(settings.masking),
    ...(view && { views: { [CONTRAST_VIEW]: { masking: maskingOf(view) } } }),
    ...(decoderMasking && { decoderMasking: maskingOf(decoderMasking) }),
    losses: [
      { loss: reconstructionLoss(), weight: 1 },
      ...(contrast
        ? [{ loss: contrastiveLoss(view ? { view: CONTRAST_VIEW } : {}), weight: contrast.weight }]
        : []),
    ],
    batchSize: (length.videosPerStep * settings.recipe.clips) / length.accumulate,
    accumulate: length.accumulate,
    optimizer: adamW(settings.optimizer),
    schedule,
    steps: schedule.steps!,
  };
}
