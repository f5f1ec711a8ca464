import { VIDEO_MAE_CONFIGS, type VideoMaeConfig } from '@tgm/models';
import { DATA_SETS, type DataSetName } from './data-sets.js';
import type { MaskingSettings } from './masking-settings.js';
import type { ContrastSettings, PretrainingSettings } from './settings.js';
import { type TextSettings, TGM_TEXT } from './text-settings.js';

/**
 * What VideoMAE's run_mae_pretraining.py has by default and no script of it changes (arXiv 2203.12602; code read):
 *
 * | setting       | value          |
 * | ------------- | -------------- |
 * | optimiser     | AdamW, betas 0.9 and 0.95, epsilon 1e-8, weight decay 0.05 |
 * | learning rate | 1.5e-4 for 256 videos, from 0 over 40 epochs, cosine to 1e-5 for 256 |
 * | crop          | MultiScaleCrop to 224; the code does not flip, though the paper's table 8 says that K400 is flipped |
 * | target        | pixels, normalised by token and channel |
 */
const VIDEO_MAE = {
  stage: 'pretraining',
  rate: { base: 1.5e-4, start: 0, final: 1e-5, warmupEpochs: 40 },
  optimizer: { betas: [0.9, 0.95], epsilon: 1e-8, weightDecay: 0.05 },
} as const;

interface Choices {
  readonly model: VideoMaeConfig;
  readonly data: DataSetName;
  readonly masking: MaskingSettings;
  readonly epochs: number;
  readonly videosPerStep: number;
  readonly contrast?: ContrastSettings;
  readonly text?: TextSettings;
}

const preset = ({ epochs, videosPerStep, data, ...choices }: Choices): PretrainingSettings => ({
  ...VIDEO_MAE,
  ...choices,
  data,
  recipe: { stride: DATA_SETS[data].stride, clips: 1, flip: false },
  length: { epochs, videosPerStep, accumulate: 1 },
});

const { small, base, large } = VIDEO_MAE_CONFIGS;

const tube = { strategy: 'tube', ratio: 0.9 } as const;
const motion = { strategy: 'motion', ratio: 0.75 } as const;
const text = { strategy: 'text', ratio: 0.6 } as const;
/** TGM's joint objective: both terms count alike, in one pass. */
const tgm = { model: base, masking: text, contrast: { weight: 1 }, text: TGM_TEXT } as const;

/**
 * Pre-trainings of the papers by name.
 *
 * | preset                | epochs | videos a step | masking    | source |
 * | --------------------- | ------ | ------------- | ---------- | ------ |
 * | videomae-s-k400       | 1600   | 1024          | tube 0.9   | VideoMAE's script (read) |
 * | videomae-b-k400       | 800    | 2048          | tube 0.9   | VideoMAE's script (read); another one takes 1600 epochs |
 * | videomae-l-k400       | 1600   | 512           | tube 0.9   | VideoMAE's script (read): decoder of 12 blocks |
 * | videomae-s-ssv2       | 2400   | 2048          | tube 0.9   | VideoMAE's script (read) |
 * | videomae-b-ssv2       | 800    | 2048          | tube 0.9   | VideoMAE's script (read); another one takes 2400 epochs |
 * | videomae-l-ssv2       | 2400   | 512           | tube 0.9   | ours: no script; epochs of SSv2, the rest as ViT-L on K400 |
 * | mgm-b-k400, -ssv2     | 200    | 2048          | motion 0.75 | MGM (2308.12962): masking and ratio; epochs of TGM's comparison (second-hand); the rest as VideoMAE (ours) |
 * | tgm-b-k400, -ssv2     | 200    | 2048          | text 0.6   | TGM (2408.00759): masking, ratio, epochs, contrast with weight 1 (second-hand); the rest as VideoMAE (ours) |
 * | tgm-b-internvid       | 10     | 2048          | text 0.6   | ours: a set with a caption a clip; as many steps as 200 epochs of 500,000 videos |
 *
 * The text masks of TGM tell the caption to the contrast of the same pass; the README of `@tgm/masking` says how much. `leakSafe` makes the
 * form that this project measured to be without the leak.
 */
export const PRETRAINING_PRESETS = {
  'videomae-s-k400': preset({ model: small, data: 'k400', masking: tube, epochs: 1600, videosPerStep: 1024 }),
  'videomae-b-k400': preset({ model: base, data: 'k400', masking: tube, epochs: 800, videosPerStep: 2048 }),
  'videomae-l-k400': preset({
    model: large,
    data: 'k400',
    masking: tube,
    epochs: 1600,
    videosPerStep: 512,
  }),
  'videomae-s-ssv2': preset({ model: small, data: 'ssv2', masking: tube, epochs: 2400, videosPerStep: 2048 }),
  'videomae-b-ssv2': preset({ model: base, data: 'ssv2', masking: tube, epochs: 800, videosPerStep: 2048 }),
  'videomae-l-ssv2': preset({
    model: large,
    data: 'ssv2',
    masking: tube,
    epochs: 2400,
    videosPerStep: 512,
  }),
  'mgm-b-k400': preset({ model: base, data: 'k400', masking: motion, epochs: 200, videosPerStep: 2048 }),
  'mgm-b-ssv2': preset({ model: base, data: 'ssv2', masking: motion, epochs: 200, videosPerStep: 2048 }),
  'tgm-b-k400': preset({
    ...tgm,
    data: 'k400',
    epochs: 200,
    videosPerStep: 2048,
  }),
  'tgm-b-ssv2': preset({
    ...tgm,
    data: 'ssv2',
    epochs: 200,
    videosPerStep: 2048,
  }),
  'tgm-b-internvid': {
    ...preset({
      ...tgm,
      data: 'internvid',
      text: { ...TGM_TEXT, captions: 1 },
      epochs: 10,
      videosPerStep: 2048,
    }),
    rate: { ...VIDEO_MAE.rate, warmupEpochs: 2 },
  },
} as const satisfies Readonly<Record<string, PretrainingSettings>>;

/**
 * The same with a random mask for the encoder and the text mask for what is reconstructed: nothing of the caption can be read off what is
 * visible, in one pass as before (README of `@tgm/masking`). `ratio` is that of the random mask, 0.6 by default as the text mask's.
 */
export function leakSafe(settings: PretrainingSettings, ratio = settings.masking.ratio): PretrainingSettings {
  return {
    ...settings,
    masking: { strategy: 'random', ratio },
    decoderMasking: settings.masking,
  };
}
