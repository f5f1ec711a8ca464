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
import { PRETRAINING_RUN_ABOUT, PRETRAINING_RUN_FIELDS, type PretrainingRunOptions } from './run-options.js';

/** A pre-training: its settings, all of which a preset fills in, and its run. */
export type PretrainConfig = Changes<StageSettings['pretrain']> &
  PresetChoice<keyof (typeof PRESETS_OF)['pretrain']> &
  PretrainingRunOptions & {
    /** The preset with a random mask for the encoder and its text mask for what is reconstructed. Default false. */
    readonly leakSafe?: boolean;
  };

export const pretrainTable = presetTable('pretrain', 'pretrain', {
  ...PRESET_FIELDS.pretrain,
  ...STAGE_FIELDS.pretrain,
  ...PRETRAINING_RUN_FIELDS,
} satisfies Record<keyof PretrainConfig, unknown>);

export const pretrainSection = settingsSection(
  'pretrain',
  optionGroup(pretrainTable, {
    ...PRESET_ABOUT.pretrain,
    ...PRETRAINING_RUN_ABOUT,
    ...SETTINGS_ABOUT.pretrain,
  }),
);
