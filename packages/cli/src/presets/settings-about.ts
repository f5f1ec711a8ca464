import type { About } from '../config/section.js';
import { DATA_SETS } from './data-sets.js';
import { type PRESET_FIELDS, PRESETS_OF, type StageName, type StageSettings } from './settings-section.js';

const preset = (stage: StageName): About => [
  '<name>',
  `what stands below all that is given: ${Object.keys(PRESETS_OF[stage]).join(', ')}`,
];
const form: About = ['', 'the small form of the preset, for a processor and small data'];

/** A word on each option that chooses a preset. */
export const PRESET_ABOUT: {
  readonly [Name in StageName]: Readonly<Record<keyof (typeof PRESET_FIELDS)[Name], About>>;
} = {
  pretrain: {
    preset: preset('pretrain'),
    laptop: form,
    leakSafe: ['', 'a random mask for the encoder, the text mask for what is reconstructed'],
  },
  finetune: { preset: preset('finetune'), laptop: form },
  probe: { preset: preset('probe'), laptop: form },
};

const data: About = [
  '<set>',
  `the published set that settings are for: ${Object.keys(DATA_SETS).join(', ')}`,
];
const model: About = [
  '',
  'the configuration of the model: --model.num-frames, .image-size, .hidden-size and so on',
];
const length: About = ['', '--length.epochs, .videos-per-step, .accumulate: parts of a step'];
const rate: About = ['', '--rate.base, .start, .final for 256 videos a step, .warmup-epochs'];
const optimizer: About = ['', '--optimizer.betas, .epsilon, .weight-decay'];
const views: About = ['', '--test.clips along a video, .crops of each, .sampling as JSON'];

/** A word on each of the settings. */
export const SETTINGS_ABOUT: {
  readonly [Name in StageName]: Readonly<Record<keyof StageSettings[Name], About>>;
} = {
  pretrain: {
    data,
    model,
    recipe: ['', '--recipe.stride between frames, .clips of a video, .flip'],
    masking: ['', '--masking.strategy, .ratio and the options of the strategy'],
    decoderMasking: ['', 'which masked tokens are reconstructed, as --masking; default all'],
    contrast: ['', '--contrast.weight; .view.strategy, .view.ratio for a second view'],
    text: [
      '',
      '--text.scored-frames; .teacher, the CLIP that --clip has to name unless it is tiny; for tgm plan .captions of a video',
    ],
    length,
    rate,
    optimizer,
  },
  finetune: {
    data,
    model,
    recipe: ['', '--recipe.clips of a video, .flip; .sampling, .crop, .rand-augment, .erasing as JSON'],
    test: views,
    length,
    rate,
    optimizer,
    layerDecay: ['<0 to 1>', 'rate of each layer as a share of the next one'],
    dropPath: ['<0 to 1>', 'chance that a block is left out, of the last one'],
    smoothing: ['<0 to 1>', 'share of a label that goes to all classes'],
    mix: ['<json>', 'mixup and cutmix of a batch; --no-mix leaves both out'],
  },
  probe: {
    data,
    recipe: ['', 'clips that are learned from: --recipe.clips, .crops, .sampling as JSON'],
    test: views,
    linear: ['', '--linear.rate, .momentum, .epochs, .warmup-epochs, .batch-size, .batch-norm'],
    attentive: ['', '--attentive.blocks, .attention-heads, .epochs, .batch-size'],
  },
};
