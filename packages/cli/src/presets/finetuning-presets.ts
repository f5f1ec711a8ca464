import { VIDEO_MAE_CONFIGS, type VideoMaeConfig } from '@tgm/models';
import { DATA_SETS, type DataSetName } from './data-sets.js';
import type { FinetuningSettings } from './settings.js';

/**
 * What VideoMAE's run_class_finetuning.py has by default (arXiv 2203.12602; code read):
 *
 * | setting      | value          |
 * | ------------ | -------------- |
 * | optimiser    | AdamW, betas 0.9 and 0.999, epsilon 1e-8, weight decay 0.05 |
 * | rates        | warm-up of 5 epochs from 1e-6, cosine to 1e-6, all for 256 videos; layer decay 0.75 |
 * | labels       | smoothing 0.1, mixup 0.8, cutmix 1.0, drop path 0.1 |
 * | pictures     | RandAugment of 4 changes of magnitude 7, random resized crop, erasing 0.25 |
 * | clips        | 2 of each video (repeated augmentation) |
 */
const VIDEO_MAE = {
  stage: 'finetuning',
  optimizer: { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.05 },
  smoothing: 0.1,
  mix: { mixup: 0.8, cutmix: 1, cutmixShare: 0.5 },
} as const;

interface Choices {
  readonly data: DataSetName;
  readonly epochs: number;
  readonly videosPerStep: number;
  /** Learning rate for 256 videos. */
  readonly rate: number;
  readonly model?: VideoMaeConfig;
  readonly layerDecay?: number;
  readonly dropPath?: number;
  /** First and last rate for 256 videos where they are not the code's defaults. */
  readonly ends?: { readonly start: number; readonly final: number };
}

const { small, base, large } = VIDEO_MAE_CONFIGS;

function preset({ data, epochs, videosPerStep, rate, ends, ...choices }: Choices): FinetuningSettings {
  const { sampling, flip, views } = DATA_SETS[data];
  const { start, final } = ends ?? { start: 1e-6, final: 1e-6 };
  return {
    ...VIDEO_MAE,
    data,
    model: base,
    layerDecay: 0.75,
    dropPath: 0.1,
    ...choices,
    recipe: { sampling, flip, clips: 2 },
    test: { sampling, ...views },
    length: { epochs, videosPerStep, accumulate: 1 },
    rate: { base: rate, start, final, warmupEpochs: 5 },
  };
}

/** Those of the script for UCF101 (code read). It also drops half of the features before the head, which this project does not have. */
const smallSet = { layerDecay: 0.7, dropPath: 0.2, ends: { start: 1e-8, final: 1e-5 } };

/**
 * Fine-tunings by name, all with the flip, frames and views of `DATA_SETS`.
 *
 * | preset                   | epochs | rate | videos a step | layer decay | source |
 * | ------------------------ | ------ | ---- | ------------- | ----------- | ------ |
 * | finetune-s-k400          | 150    | 5e-4 | 384           | 0.75        | VideoMAE's script (read) |
 * | finetune-b-k400          | 75     | 5e-4 | 384           | 0.75        | VideoMAE's script behind 1600 epochs (read) |
 * | finetune-l-k400          | 35     | 2e-3 | 128           | 0.75        | VideoMAE's script (read) |
 * | finetune-s-ssv2          | 40     | 1e-3 | 384           | 0.7         | VideoMAE's script (read) |
 * | finetune-b-ssv2          | 30     | 5e-4 | 384           | 0.75        | VideoMAE's script behind 2400 epochs (read) |
 * | finetune-b-ucf101        | 100    | 5e-4 | 128           | 0.7         | VideoMAE's script (read) |
 * | finetune-b-hmdb51        | 50     | 1e-3 | 128           | 0.7         | VideoMAE's paper (second-hand), the rest as UCF101 |
 * | finetune-b-diving48      | 50     | 5e-4 | 128           | 0.75        | ours: as SSv2 behind 800 epochs, in smaller steps |
 * | finetune-b-epic-kitchens | 50     | 5e-4 | 128           | 0.75        | ours: the same |
 */
export const FINETUNING_PRESETS = {
  'finetune-s-k400': preset({ model: small, data: 'k400', epochs: 150, rate: 5e-4, videosPerStep: 384 }),
  'finetune-b-k400': preset({ data: 'k400', epochs: 75, rate: 5e-4, videosPerStep: 384 }),
  'finetune-l-k400': preset({ model: large, data: 'k400', epochs: 35, rate: 2e-3, videosPerStep: 128 }),
  'finetune-s-ssv2': preset({
    model: small,
    data: 'ssv2',
    epochs: 40,
    rate: 1e-3,
    videosPerStep: 384,
    layerDecay: 0.7,
  }),
  'finetune-b-ssv2': preset({ data: 'ssv2', epochs: 30, rate: 5e-4, videosPerStep: 384 }),
  'finetune-b-ucf101': preset({ data: 'ucf101', epochs: 100, rate: 5e-4, videosPerStep: 128, ...smallSet }),
  'finetune-b-hmdb51': preset({ data: 'hmdb51', epochs: 50, rate: 1e-3, videosPerStep: 128, ...smallSet }),
  'finetune-b-diving48': preset({ data: 'diving48', epochs: 50, rate: 5e-4, videosPerStep: 128 }),
  'finetune-b-epic-kitchens': preset({ data: 'epic-kitchens', epochs: 50, rate: 5e-4, videosPerStep: 128 }),
} as const satisfies Readonly<Record<string, FinetuningSettings>>;
