import { FINETUNING_PRESETS } from './finetuning-presets.js';
import { PRETRAINING_PRESETS } from './pretraining-presets.js';
import { PROBING_PRESETS } from './probing-presets.js';
import type { Settings } from './settings.js';

/** Every preset by name. A preset is a value: spread it, and change what differs. */
export const PRESETS = {
  ...PRETRAINING_PRESETS,
  ...FINETUNING_PRESETS,
  ...PROBING_PRESETS,
} as const satisfies Readonly<Record<string, Settings>>;

export type PresetName = keyof typeof PRESETS;
