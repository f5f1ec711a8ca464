import { describer, flag, optional, optionTable, recorded } from '@tgm/options';
import { type RandAugmentOptions, randAugment, randAugmentOptions } from '../augment/rand-augment.js';
import { type RandomErasingOptions, randomErasing, randomErasingOptions } from '../augment/random-erasing.js';
import { VideoError } from '../errors.js';
import * as fields from '../option-fields.js';
import { coin } from '../sampling/coin.js';
import { denseIndices, denseViews } from '../sampling/dense-indices.js';
import { multiScaleCrop } from '../sampling/multi-scale-crop.js';
import {
  type RandomResizedCropOptions,
  randomResizedCrop,
  randomResizedCropOptions,
} from '../sampling/random-resized-crop.js';
import { segmentViews } from '../sampling/segment-indices.js';
import { viewCrops } from '../sampling/view-crops.js';
import type { Size } from '../video.js';
import { CLIP_FIELDS } from './clip-fields.js';
import { type FrameSampling, frameSamplingField, framesOf } from './frame-sampling.js';
import type { ClipRecipe } from './recipe.js';
import { withinRange } from './within-range.js';

export interface PretrainingRecipeOptions {
  /** T. Default 16. */
  readonly frameCount?: number;
  /** Source frames from one to the next: 4 for Kinetics-400 and UCF101, 2 for Something-Something and HMDB51. */
  readonly stride: number;
  /** Default 224 x 224. */
  readonly size?: Size;
  /** Clips drawn of each video (repeated augmentation, Hoffer et al. 2020). Default 1. */
  readonly clips?: number;
  /** Mirror every other clip by chance. Default false: VideoMAE's pre-training does not. */
  readonly flip?: boolean;
}

const PRETRAINING = optionTable(
  'pretrainingRecipe',
  {
    ...CLIP_FIELDS,
    stride: fields.count(),
    clips: optional(fields.count(), 1),
    flip: optional(flag(), false),
  } satisfies Record<keyof PretrainingRecipeOptions, unknown>,
  VideoError,
);

/** VideoMAE's pre-training: a dense clip from a random start and a multi-scale crop, scaled. */
export function pretrainingRecipe(options: PretrainingRecipeOptions): ClipRecipe {
  const checked = PRETRAINING.check(options);
  const { frameCount, stride, clips, flip } = checked;
  const size = fields.sizeOf(checked.size);
  return {
    describe: describer(PRETRAINING.where, recorded(PRETRAINING, { ...checked, size })),
    size,
    clips,
    plan: (video, range, random) =>
      Array.from({ length: clips }, () => ({
        indices: withinRange(
          range,
          denseIndices({ frameCount: range.count, count: frameCount, stride, random }),
        ),
        crop: multiScaleCrop(video, random),
        flip: coin(random) && flip,
      })),
  };
}

export interface FineTuningRecipeOptions {
  readonly sampling: FrameSampling;
  /** T. Default 16. */
  readonly frameCount?: number;
  /** Default 224 x 224. */
  readonly size?: Size;
  /** Clips drawn of each video (repeated augmentation). Default 1; VideoMAE fine-tunes with 2. */
  readonly clips?: number;
  /** Mirror every other clip by chance. Not for Something-Something, where left and right are labels. */
  readonly flip: boolean;
  readonly crop?: RandomResizedCropOptions;
  readonly randAugment?: RandAugmentOptions;
  readonly erasing?: RandomErasingOptions;
}

const FINE_TUNING = optionTable(
  'fineTuningRecipe',
  {
    ...CLIP_FIELDS,
    sampling: frameSamplingField(),
    clips: optional(fields.count(), 1),
    flip: flag(),
    crop: optional(randomResizedCropOptions(), {}),
    randAugment: optional(randAugmentOptions(), {}),
    erasing: optional(randomErasingOptions(), {}),
  } satisfies Record<keyof FineTuningRecipeOptions, unknown>,
  VideoError,
);

/** VideoMAE's fine-tuning: random resized crop, flip, RandAugment, random erasing. Mix whole batches with `mixBatch`. */
export function fineTuningRecipe(options: FineTuningRecipeOptions): ClipRecipe {
  const checked = FINE_TUNING.check(options);
  const { sampling, frameCount, clips, flip, crop, ...changes } = checked;
  const size = fields.sizeOf(checked.size);
  return {
    describe: describer(FINE_TUNING.where, recorded(FINE_TUNING, { ...checked, size })),
    size,
    clips,
    plan: (video, range, random) =>
      Array.from({ length: clips }, () => ({
        indices: withinRange(
          range,
          framesOf(sampling, { frameCount: range.count, count: frameCount, random }),
        ),
        crop: randomResizedCrop(video, random, crop),
        flip: coin(random) && flip,
      })),
    change(clip, random) {
      randAugment(clip.frames, size, random, changes.randAugment);
      randomErasing(clip.frames, size, random, changes.erasing);
    },
  };
}

export interface TestRecipeOptions {
  readonly sampling: FrameSampling;
  /** T. Default 16. */
  readonly frameCount?: number;
  /** Default 224 x 224. */
  readonly size?: Size;
  /** Clips along the video: 5 for Kinetics-400 and UCF101, 2 for Something-Something, 10 for HMDB51 (VideoMAE). */
  readonly clips: number;
  /** Crops of each, along its longer side: 3 (VideoMAE). */
  readonly crops: number;
}

const TEST = optionTable(
  'testRecipe',
  {
    ...CLIP_FIELDS,
    sampling: frameSamplingField(),
    clips: fields.count(),
    crops: fields.count(),
  } satisfies Record<keyof TestRecipeOptions, unknown>,
  VideoError,
);

/** Multi-view test: `clips * crops` views of each video, clip by clip, without chance. */
export function testRecipe(options: TestRecipeOptions): ClipRecipe {
  const checked = TEST.check(options);
  const { sampling, frameCount, clips, crops } = checked;
  const size = fields.sizeOf(checked.size);
  return {
    describe: describer(TEST.where, recorded(TEST, { ...checked, size })),
    size,
    clips: clips * crops,
    plan(video, range) {
      const parts = viewCrops(video, size, crops);
      const windows =
        sampling.kind === 'dense'
          ? denseViews({ frameCount: range.count, count: frameCount, stride: sampling.stride }, clips)
          : segmentViews({ frameCount: range.count, count: frameCount }, clips);
      return windows.flatMap((indices) =>
        parts.map((crop) => ({ indices: withinRange(range, indices), crop, flip: false })),
      );
    },
  };
}
