import type { VideoMaeConfig } from '@tgm/models';
import { optional, text, wholeNumber } from '@tgm/options';
import { optionGroup } from '../config/section.js';
import type { ProbingSettings } from '../presets/settings.js';
import { PRESET_ABOUT, SETTINGS_ABOUT } from '../presets/settings-about.js';
import {
  PRESET_FIELDS,
  type PRESETS_OF,
  type PresetChoice,
  presetTable,
  STAGE_FIELDS,
  type StageSettings,
  settingsIn,
  settingsSection,
} from '../presets/settings-section.js';
import type { Changes } from '../presets/with-changes.js';

/** What probes take beside their settings. */
export interface ProbeRunOptions {
  /** The model whose frozen encoder is probed: a folder. */
  readonly model: string;
  /** Where features and results are written. */
  readonly output: string;
  /** Decides all that is drawn. Default 0. */
  readonly seed?: number;
  /** Threads that decode videos. Default 2. */
  readonly threads?: number;
}

/** Probes of a frozen encoder: their settings, all of which a preset fills in, and where they run. */
export type ProbeConfig = Changes<StageSettings['probe']> &
  PresetChoice<keyof (typeof PRESETS_OF)['probe']> &
  ProbeRunOptions;

export const probeTable = presetTable('probe', 'probe', {
  ...PRESET_FIELDS.probe,
  ...STAGE_FIELDS.probe,
  model: text(),
  output: text(),
  seed: optional(wholeNumber(), 0),
  threads: optional(wholeNumber({ from: 1 }), 2),
} satisfies Record<keyof ProbeConfig, unknown>);

export const probeSection = settingsSection(
  'probe',
  optionGroup(probeTable, {
    ...PRESET_ABOUT.probe,
    model: ['<folder>', 'the model whose frozen encoder is probed'],
    output: ['<folder>', 'where features and results are written'],
    seed: ['<n>', 'decides all that is drawn; default 0'],
    threads: ['<n>', 'threads that decode videos; default 2'],
    ...SETTINGS_ABOUT.probe,
  }),
);

/** The settings of a resolved section. The model's configuration is that of the folder. */
export const probingSettings = (values: object, model: VideoMaeConfig): ProbingSettings => ({
  stage: 'probing',
  model,
  ...settingsIn('probe', values),
});
