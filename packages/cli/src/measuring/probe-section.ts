import { text } from '@tgm/options';
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
import { PROBE_RUN_ABOUT, PROBE_RUN_FIELDS, type ProbeRunOptions } from './probe-options.js';

/** Probes of a frozen encoder: their settings, all of which a preset fills in, and where they run. */
export type ProbeConfig = Changes<StageSettings['probe']> &
  PresetChoice<keyof (typeof PRESETS_OF)['probe']> &
  ProbeRunOptions & {
    /** Where results are written. */
    readonly output: string;
  };

export const probeTable = presetTable('probe', 'probe', {
  ...PRESET_FIELDS.probe,
  ...STAGE_FIELDS.probe,
  ...PROBE_RUN_FIELDS,
  output: text(),
} satisfies Record<keyof ProbeConfig, unknown>);

export const probeSection = settingsSection(
  'probe',
  optionGroup(probeTable, {
    ...PRESET_ABOUT.probe,
    ...PROBE_RUN_ABOUT,
    output: ['<folder>', 'where results are written'],
    ...SETTINGS_ABOUT.probe,
  }),
);
