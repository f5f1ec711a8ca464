import type { FinetuningSettings, PretrainingSettings } from '../presets/settings.js';
import { optionsIn, settingsIn } from '../presets/settings-section.js';
import {
  FINETUNING_RUN_FIELDS,
  type FinetuningRunOptions,
  PRETRAINING_RUN_FIELDS,
  type PretrainingRunOptions,
} from './run-options.js';

type Values = Readonly<Record<string, unknown>>;

/** The settings and the run of a section `pretrain` as it stands. */
export const pretrainingOf = (
  values: Values,
): { readonly settings: PretrainingSettings; readonly run: PretrainingRunOptions } => ({
  settings: { stage: 'pretraining', ...settingsIn('pretrain', values) },
  run: optionsIn(PRETRAINING_RUN_FIELDS, values) as unknown as PretrainingRunOptions,
});

/** The same of a section `finetune`. */
export const finetuningOf = (
  values: Values,
): { readonly settings: FinetuningSettings; readonly run: FinetuningRunOptions } => ({
  settings: { stage: 'finetuning', ...settingsIn('finetune', values) },
  run: optionsIn(FINETUNING_RUN_FIELDS, values) as unknown as FinetuningRunOptions,
});
