import { optionGroup } from '../config/section.js';
import { PRESET_ABOUT, SETTINGS_ABOUT } from '../presets/settings-about.js';
import {
  PRESET_FIELDS,
  type PRESETS_OF,
  type PresetChoice,
  presetTable,
  STAGE_FIELDS,
  type StageSettings,
  settingsSection,
} from '../presets/settings-section.js';
import type { Changes } from '../presets/with-changes.js';
import { FINETUNING_RUN_ABOUT, FINETUNING_RUN_FIELDS, type FinetuningRunOptions } from './run-options.js';

/** A fine-tuning: its settings, all of which a preset fills in, and its run. */
export type FinetuneConfig = Changes<StageSettings['finetune']> &
  PresetChoice<keyof (typeof PRESETS_OF)['finetune']> &
  FinetuningRunOptions;

export const finetuneTable = presetTable('finetune', 'finetune', {
  ...PRESET_FIELDS.finetune,
  ...STAGE_FIELDS.finetune,
  ...FINETUNING_RUN_FIELDS,
} satisfies Record<keyof FinetuneConfig, unknown>);

export const finetuneSection = settingsSection(
  'finetune',
  optionGroup(finetuneTable, {
    ...PRESET_ABOUT.finetune,
    ...FINETUNING_RUN_ABOUT,
    ...SETTINGS_ABOUT.finetune,
  }),
);
