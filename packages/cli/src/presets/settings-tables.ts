import { type VideoMaeConfig, videoMaeConfigFields } from '@tgm/models';
import {
  accepts,
  eitherOf,
  type Field,
  type Fields,
  flag,
  nested,
  number,
  oneOf,
  optional,
  optionTable,
  passing,
  wholeNumber,
} from '@tgm/options';
import { CliError } from '../program/errors.js';
import { DATA_SETS, type DataSetName } from './data-sets.js';
import { MASKING_TABLES, MASKINGS, type MaskingName, type MaskingSettings } from './masking-settings.js';
import { samplingField } from './sampling-field.js';
import type { FinetuningSettings, PretrainingSettings, ProbingSettings } from './settings.js';
import { TEACHERS, type TeacherName } from './text-settings.js';

const count = () => wholeNumber({ from: 1 });
const share = () => number({ from: 0, below: 1 });
const positive = () => number({ above: 0 });
const rate = () => number({ from: 0 });

const data = () => oneOf(Object.keys(DATA_SETS) as DataSetName[]);
const model = (): Field<VideoMaeConfig> =>
  nested(withoutDefaults(videoMaeConfigFields)) as unknown as Field<VideoMaeConfig>;

/** The options of every strategy; `settingsFaults` asks the one that is named. */
const masking = (): Field<MaskingSettings> =>
  nested({
    strategy: oneOf(Object.keys(MASKINGS) as MaskingName[]),
    ...withoutDefaults(Object.assign({}, ...Object.values(MASKING_TABLES).map(({ fields }) => fields))),
  }) as unknown as Field<MaskingSettings>;

/** Whoever takes these options fills in their defaults. */
function withoutDefaults(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      accepts(field, undefined) ? (optional(field) as Fields[string]) : field,
    ]),
  );
}

const views = () => nested({ sampling: samplingField(), clips: count(), crops: count() });
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

/** What settings of each stage may hold. Changes of pixels are checked by what takes them; the rest by `settingsFaults`. */
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
    CliError,
  ),
  finetuning: optionTable(
    'settings of a fine-tuning',
    {
      stage: oneOf(['finetuning']),
      data: data(),
      model: model(),
      recipe: nested({
        sampling: samplingField(),
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
    CliError,
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
    CliError,
  ),
} as const;
