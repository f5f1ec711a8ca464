import type { VideoMaeConfig } from '@tgm/models';
import {
  eitherOf,
  type Field,
  flag,
  nested,
  number,
  objectWith,
  oneOf,
  optional,
  optionTable,
  passing,
  TgmError,
  wholeNumber,
} from '@tgm/options';
import type { FrameSampling } from '@tgm/video-io';
import { DATA_SETS, type DataSetName } from './data-sets.js';
import { MASKINGS, type MaskingSettings } from './masking-settings.js';
import type { FinetuningSettings, PretrainingSettings, ProbingSettings, Settings } from './settings.js';
import { TEACHERS, type TeacherName } from './text-settings.js';

const count = () => wholeNumber({ from: 1 });
const share = () => number({ from: 0, below: 1 });
const positive = () => number({ above: 0 });
const rate = () => number({ from: 0 });

const data = () => oneOf(Object.keys(DATA_SETS) as DataSetName[]);
const model = () =>
  objectWith<VideoMaeConfig>('the configuration of a Video MAE', ['hiddenSize', 'imageSize']);

/** The strategy's name; its options are checked by its factory. */
const masking = (): Field<MaskingSettings> =>
  passing(
    `a masking { strategy, ratio } whose strategy is ${Object.keys(MASKINGS).join(', ')}`,
    (value): value is MaskingSettings =>
      typeof value === 'object' &&
      value !== null &&
      Object.hasOwn(MASKINGS, (value as MaskingSettings).strategy),
  );

const sampling = (): Field<FrameSampling> =>
  eitherOf(
    '{ kind: "dense", stride } with a stride from 1, or { kind: "segments" }',
    nested({ kind: oneOf(['dense']), stride: count() }),
    nested({ kind: oneOf(['segments']) }),
  );

const views = () => nested({ sampling: sampling(), clips: count(), crops: count() });
const options = (of: string) =>
  passing(`options of ${of}`, (value): value is object => typeof value === 'object' && value !== null);

const run = () => ({
  length: nested({ epochs: count(), videosPerStep: count(), accumulate: count() }),
  rate: nested({ base: rate(), start: rate(), final: rate(), warmupEpochs: wholeNumber({ from: 0 }) }),
  optimizer: nested({
    betas: passing(
      'two numbers from 0 and below 1',
      (value): value is readonly [number, number] =>
        Array.isArray(value) && value.length === 2 && value.every((each) => each >= 0 && each < 1),
    ),
    epsilon: positive(),
    weightDecay: rate(),
  }),
});

/** What settings of each stage may hold. Names within a model, a masking and changes of pixels are checked by what takes them. */
export const SETTINGS_TABLES = {
  pretraining: optionTable(
    'settings of a pre-training',
    {
      stage: oneOf(['pretraining']),
      data: data(),
      model: model(),
      recipe: nested({ stride: count(), clips: count(), flip: flag() }),
      masking: masking(),
      decoderMasking: optional(masking()),
      contrast: optional(nested({ weight: positive(), view: optional(masking()) })),
      text: optional(
        nested({
          teacher: oneOf(Object.keys(TEACHERS) as TeacherName[]),
          captions: count(),
          scoredFrames: oneOf(['all', 'first']),
        }),
      ),
      ...run(),
    } satisfies Record<keyof PretrainingSettings, unknown>,
    TgmError,
  ),
  finetuning: optionTable(
    'settings of a fine-tuning',
    {
      stage: oneOf(['finetuning']),
      data: data(),
      model: model(),
      recipe: nested({
        sampling: sampling(),
        clips: count(),
        flip: flag(),
        crop: optional(options('randomResizedCrop')),
        randAugment: optional(options('randAugment')),
        erasing: optional(options('randomErasing')),
      } satisfies Record<keyof FinetuningSettings['recipe'], unknown>),
      test: views(),
      ...run(),
      layerDecay: number({ above: 0, to: 1 }),
      dropPath: share(),
      smoothing: share(),
      mix: eitherOf('false, or { mixup, cutmix, cutmixShare }', oneOf([false]), options('mixBatch')),
    } satisfies Record<keyof FinetuningSettings, unknown>,
    TgmError,
  ),
  probing: optionTable(
    'settings of a probing',
    {
      stage: oneOf(['probing']),
      data: data(),
      model: model(),
      recipe: views(),
      test: views(),
      linear: nested({
        rate: positive(),
        momentum: share(),
        epochs: count(),
        warmupEpochs: wholeNumber({ from: 0 }),
        batchSize: count(),
        batchNorm: flag(),
      } satisfies Record<keyof ProbingSettings['linear'], unknown>),
      attentive: nested({
        blocks: count(),
        attentionHeads: count(),
        epochs: count(),
        batchSize: count(),
      } satisfies Record<keyof ProbingSettings['attentive'], unknown>),
    } satisfies Record<keyof ProbingSettings, unknown>,
    TgmError,
  ),
} as const;

const STAGE = optionTable(
  'settings',
  { stage: oneOf(Object.keys(SETTINGS_TABLES) as Settings['stage'][]) },
  TgmError,
);

/**
 * Settings as they came from a file, checked.
 *
 * @throws TgmError `OPTION_INVALID` for names that are not known, and values of another kind or out of range; for a text masking or a
 *   contrast without `text`.
 */
export function checkSettings(settings: unknown): Settings {
  const { stage } = STAGE.check({ stage: (settings as Partial<Settings> | null | undefined)?.stage });
  SETTINGS_TABLES[stage].check(settings);
  const checked = settings as Settings;
  if (checked.stage === 'pretraining' && !checked.text && (checked.contrast || readsText(checked))) {
    throw new TgmError('OPTION_INVALID', {
      where: 'settings of a pre-training, option text',
      expected: 'a teacher and captions, which a masking or the contrast reads',
      received: 'nothing',
    });
  }
  return checked;
}

/** Whether a masking of a pre-training goes by scores of a caption. */
export const readsText = ({ masking, decoderMasking, contrast }: PretrainingSettings): boolean =>
  [masking, decoderMasking, contrast?.view].some((each) => each?.strategy === 'text');
