import {
  accepts,
  type Fields,
  flag,
  type OptionFault,
  type OptionTable,
  oneOf,
  optional,
  optionTable,
} from '@tgm/options';
import { flagName } from '../config/flag-name.js';
import { isPlain, type Layer } from '../config/layers.js';
import type { OptionGroup, Section } from '../config/section.js';
import { CliError } from '../program/errors.js';
import { readsText, refuseFaults, settingsFaults } from './check-settings.js';
import { FINETUNING_PRESETS } from './finetuning-presets.js';
import { laptop } from './laptop.js';
import { leakSafe, PRETRAINING_PRESETS } from './pretraining-presets.js';
import { PROBING_PRESETS } from './probing-presets.js';
import type { FinetuningSettings, PretrainingSettings, ProbingSettings, Settings } from './settings.js';
import { SETTINGS_TABLES } from './settings-tables.js';

type Values = Readonly<Record<string, unknown>>;

/** The settings of each stage by its name in a configuration. A probe's model is the folder that is probed. */
export interface StageSettings {
  readonly pretrain: Omit<PretrainingSettings, 'stage'>;
  readonly finetune: Omit<FinetuningSettings, 'stage'>;
  readonly probe: Omit<ProbingSettings, 'stage' | 'model'>;
}

export type StageName = keyof StageSettings;

export const STAGE_NAMES = ['pretrain', 'finetune', 'probe'] as const satisfies readonly StageName[];

/** Which preset stands below, and in what form. */
export interface PresetChoice<Name extends string> {
  /** The preset that fills in what is not given. */
  readonly preset?: Name;
  /** Its small form, for a processor and small data. Default false. */
  readonly laptop?: boolean;
}

export const PRESETS_OF = {
  pretrain: PRETRAINING_PRESETS,
  finetune: FINETUNING_PRESETS,
  probe: PROBING_PRESETS,
} as const satisfies Readonly<Record<StageName, Readonly<Record<string, Settings>>>>;

const names = <Preset extends object>(presets: Preset) =>
  oneOf(Object.keys(presets) as (keyof Preset & string)[]);

const form = () => optional(flag(), false);

/** The options that choose a preset. */
export const PRESET_FIELDS = {
  pretrain: { preset: optional(names(PRETRAINING_PRESETS)), laptop: form(), leakSafe: form() },
  finetune: { preset: optional(names(FINETUNING_PRESETS)), laptop: form() },
  probe: { preset: optional(names(PROBING_PRESETS)), laptop: form() },
} as const;

const { stage: _, ...pretrain } = SETTINGS_TABLES.pretraining.fields;
const { stage: __, ...finetune } = SETTINGS_TABLES.finetuning.fields;
const { stage: ___, model: ____, ...probe } = SETTINGS_TABLES.probing.fields;

/** The settings of a stage as options. */
export const STAGE_FIELDS = { pretrain, finetune, probe } as const satisfies {
  readonly [Name in StageName]: Record<keyof StageSettings[Name], unknown>;
};

/**
 * A table of a preset, settings over it, and options of one's own. Settings may all be left out where there is a preset: it stands in the
 * layer below.
 */
export function presetTable<const F extends Fields>(
  name: StageName,
  where: string,
  fields: F,
): OptionTable<F> {
  const table = optionTable(where, fields, CliError);
  const { stage } = Object.values(PRESETS_OF[name])[0]!;
  const faults = (options: unknown = {}): readonly OptionFault[] => {
    const values = options as Values;
    const ofTable = settingsFaults(stage, values, table);
    // Of an unknown preset nothing is known that it would fill in, nor what form it has.
    const unknown = ofTable.filter(({ option }) => option === 'preset');
    if (unknown.length > 0) return unknown;
    return [...withoutPreset(name, values, ofTable), ...formFaults(name, values)];
  };
  return {
    ...table,
    faults,
    check(options) {
      refuseFaults(where, faults(options));
      return table.check(options);
    },
  };
}

/** Without a preset it is that which is missing, not everything that it would fill in. */
function withoutPreset(
  name: StageName,
  values: Values,
  faults: readonly OptionFault[],
): readonly OptionFault[] {
  const isMissing = ({ option, received }: OptionFault): boolean =>
    received === 'nothing' && Object.hasOwn(STAGE_FIELDS[name], option);
  const missing = faults.filter(isMissing).map(({ option }) => option);
  if (values.preset !== undefined || missing.length === 0) return faults;
  const known = Object.keys(PRESETS_OF[name]).join(', ');
  const preset = `the name of a preset (${known}), or all of ${missing.join(', ')}`;
  return [
    { option: 'preset', expected: preset, received: 'nothing' },
    ...faults.filter((fault) => !isMissing(fault)),
  ];
}

function formFaults(name: StageName, values: Values): OptionFault[] {
  const preset = presetOf(name, values);
  return (['laptop', 'leakSafe'] as const).flatMap((option) => {
    if (values[option] !== true) return [];
    const needsText = option === 'leakSafe';
    const isSound = preset && !(needsText && !(preset.stage === 'pretraining' && readsText(preset)));
    const expected = needsText ? 'a preset beside it whose masking reads text' : 'a preset beside it';
    return isSound ? [] : [{ option, expected, received: 'true' }];
  });
}

function presetOf(name: StageName, { preset }: Values): Settings | undefined {
  const presets: Readonly<Record<string, Settings>> = PRESETS_OF[name];
  return typeof preset === 'string' && Object.hasOwn(presets, preset) ? presets[preset] : undefined;
}

/** A section of a stage: a preset, settings over it, and the options of a run. */
export const settingsSection = (name: StageName, group: OptionGroup): Section => ({
  name,
  groups: [group],
  choose: async () => group,
  below(given, file) {
    refuseIdlePreset(name, given, file?.values[name]);
    return presetLayers(name, given);
  },
});

/**
 * Where a file has all settings itself, as a saved one does, a preset or a form on the command line would change nothing.
 *
 * @param written the file's section.
 * @throws CliError `OPTION_INVALID`
 */
export function refuseIdlePreset(name: StageName, given: Values, written: unknown): void {
  if (!isPlain(written)) return;
  const hasAll = Object.entries(STAGE_FIELDS[name]).every(
    ([option, field]) => accepts(field, undefined) || written[option] !== undefined,
  );
  const idle = (['preset', 'laptop', 'leakSafe'] as const).find(
    (option) => given[option] !== undefined && given[option] !== (written[option] ?? false),
  );
  if (!hasAll || idle === undefined) return;
  throw new CliError('OPTION_INVALID', {
    where: `--${flagName(idle)}`,
    expected: `a configuration that leaves settings of ${name} to a preset`,
    received: 'one that has them all',
    advice: 'Take the settings out of it, or give what differs by flags.',
  });
}

/** The settings of the preset that is chosen, in its form; none where none is, or where it is not known. */
export function presetLayers(
  name: StageName,
  given: Values,
  fields: object = STAGE_FIELDS[name],
): readonly Layer[] {
  const preset = presetOf(name, given);
  if (preset === undefined) return [];
  const small = given.laptop === true ? laptop(preset) : preset;
  const isSafe = given.leakSafe === true && small.stage === 'pretraining' && readsText(small);
  const settings = isSafe ? leakSafe(small) : small;
  const forms = `${given.laptop === true ? ', laptop' : ''}${isSafe ? ', leak-safe' : ''}`;
  return [{ values: optionsIn(fields, settings), origin: () => `preset ${given.preset}${forms}` }];
}

/** The settings of a stage among other options. */
export const settingsIn = <Name extends StageName>(name: Name, values: object): StageSettings[Name] =>
  optionsIn(STAGE_FIELDS[name], values) as unknown as StageSettings[Name];

/** Those of some values that fields have. */
export const optionsIn = (fields: object, values: object): Values =>
  Object.fromEntries(
    Object.entries(values).filter(([option, value]) => Object.hasOwn(fields, option) && value !== undefined),
  );
