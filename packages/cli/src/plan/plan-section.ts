import { type Fields, flag, type OptionFault, oneOf, optional, optionTable } from '@tgm/options';
import type { ConfigFile } from '../config/config-file.js';
import { fileLayer } from '../config/file-layer.js';
import { isPlain } from '../config/layers.js';
import { type About, type OptionGroup, optionGroup, type Section } from '../config/section.js';
import { probeSection } from '../measuring/probe-section.js';
import { PRESETS, type PresetName } from '../presets/presets.js';
import { SETTINGS_ABOUT } from '../presets/settings-about.js';
import {
  PRESET_FIELDS,
  PRESETS_OF,
  presetLayers,
  presetTable,
  refuseIdlePreset,
  STAGE_FIELDS,
  STAGE_NAMES,
  type StageName,
  type StageSettings,
} from '../presets/settings-section.js';
import { SETTINGS_TABLES } from '../presets/settings-tables.js';
import type { Changes } from '../presets/with-changes.js';
import { CliError } from '../program/errors.js';
import { finetuneSection } from '../training/finetune-section.js';
import { pretrainSection } from '../training/pretrain-section.js';
import { MACHINES, type MachineName } from './machines.js';
import { PLAN_OPTIONS, type PlanOptions } from './plan-options.js';

type Values = Readonly<Record<string, unknown>>;

/** What `tgm plan` takes beside settings. */
export interface CommonPlanConfig
  extends Pick<
    PlanOptions,
    'recompute' | 'videos' | 'devices' | 'network' | 'loads' | 'clipsPerSecond' | 'store'
  > {
  /** The section of the configuration that is planned. Default: the stage of the preset, or the only one that is there. */
  readonly stage?: StageName;
  readonly preset?: PresetName;
  /** The small form of the preset. Default false. */
  readonly laptop?: boolean;
  /** The form of the preset whose masks do not tell the caption. Default false. */
  readonly leakSafe?: boolean;
  /** An accelerator by name, or this machine, which is measured. Default: none. */
  readonly machine?: MachineName | 'this';
}

/** What is planned, where it differs from the section of its stage. */
export type PlanConfig = CommonPlanConfig & { [Name in StageName]: Changes<StageSettings[Name]> }[StageName];

const { recompute, videos, devices, network, loads, clipsPerSecond, store } = PLAN_OPTIONS.fields;

const COMMON = {
  stage: optional(oneOf(STAGE_NAMES)),
  preset: optional(oneOf(Object.keys(PRESETS) as PresetName[])),
  laptop: optional(flag(), false),
  leakSafe: optional(flag(), false),
  machine: optional(oneOf([...(Object.keys(MACHINES) as MachineName[]), 'this'])),
  recompute,
  videos,
  devices,
  network,
  loads,
  clipsPerSecond,
  store,
} satisfies Record<keyof CommonPlanConfig, unknown>;

const ABOUT: Readonly<Record<keyof typeof COMMON, About>> = {
  stage: [
    STAGE_NAMES.join('|'),
    'the section of the configuration that is planned; default: that of the preset, or the only one',
  ],
  preset: [
    '<name>',
    `what is planned without a section, or what stands below it: ${Object.keys(PRESETS).join(', ')}`,
  ],
  laptop: ['', 'the small form of the preset, for a processor and small data'],
  leakSafe: ['', 'the form of the preset whose masks do not tell the caption'],
  machine: [
    '<name>',
    `for time, and whether it fits: this, which is measured, or ${Object.keys(MACHINES).join(', ')}`,
  ],
  recompute: ['', 'blocks are computed again for their gradients: less memory, more time'],
  videos: ['<n>', 'videos of the data; default those of the published set'],
  devices: ['<n>', 'devices that share each step, a rank each; default 1'],
  network: ['<n>', 'Gb/s of the link of each: then what ranks wait for is in the time'],
  loads: ['<n>', 'clips that the host of one device loads in a second, measured'],
  clipsPerSecond: ['<n>', 'clips that one device trains in a second, measured'],
  store: ['', 'sizes on disk: --store.scored-seconds, .detail, .captions, .aspect, .megabits, .teacher'],
};

/** The sections that can be planned. */
const SECTIONS: Readonly<Record<StageName, Section>> = {
  pretrain: pretrainSection,
  finetune: finetuneSection,
  probe: probeSection,
};

/** Settings of a stage as they are planned. A probe's model is a configuration here, not a folder. */
export const PLANNED_FIELDS: Readonly<Record<StageName, Fields>> = {
  pretrain: STAGE_FIELDS.pretrain,
  finetune: STAGE_FIELDS.finetune,
  probe: { ...STAGE_FIELDS.probe, model: SETTINGS_TABLES.probing.fields.model },
};

function groupOf(name: StageName): OptionGroup {
  const { preset } = PRESET_FIELDS[name];
  // A preset or the configuration told the stage, where it was not given.
  const stage = optional(oneOf([name]), name);
  const table = presetTable(name, 'plan', { ...PLANNED_FIELDS[name], ...COMMON, preset, stage } as Fields);
  const model: About = [...SETTINGS_ABOUT.pretrain.model];
  return optionGroup(table, { ...SETTINGS_ABOUT[name], ...ABOUT, model }, `the settings of ${name}`);
}

const GROUPS = { pretrain: groupOf('pretrain'), finetune: groupOf('finetune'), probe: groupOf('probe') };

const common = optionTable('plan', { ...COMMON, data: optional(STAGE_FIELDS.pretrain.data) }, CliError);

/** Without a stage there is nothing to plan. */
const undecided = optionGroup(
  {
    ...common,
    faults(options: unknown): readonly OptionFault[] {
      const { stage, preset } = options as Values;
      if (stage !== undefined || preset !== undefined) return common.faults(options);
      const expected = `a preset, or one of the sections ${STAGE_NAMES.join(', ')} in a configuration`;
      return [{ option: 'preset', expected, received: 'nothing' }];
    },
  },
  { ...ABOUT, data: SETTINGS_ABOUT.pretrain.data },
);

/** What is planned: a preset, or the section of a stage, and changes over it. */
export const planSection: Section = {
  name: 'plan',
  groups: [undecided, ...Object.values(GROUPS)],
  async choose(given, file) {
    const stage = stageOf(given, file);
    return stage ? GROUPS[stage] : undecided;
  },
  below(given, file) {
    const stage = stageOf(given, file);
    if (stage === undefined) return [];
    // A preset alone is planned as it is.
    const written = given.stage === undefined && given.preset !== undefined ? undefined : file?.values[stage];
    for (const section of [written, file?.values.plan]) refuseIdlePreset(stage, given, section);
    const ofFile = isPlain(written) ? written : {};
    const choice = { ...ofFile, ...given };
    return [
      ...presetLayers(stage, choice, PLANNED_FIELDS[stage]),
      ...(file && isPlain(written) ? [fileLayer(stage, file, plannedIn(stage, ofFile))] : []),
    ];
  },
};

/** The stage that is named, or that of the preset, or the only one that a configuration has. */
function stageOf(given: Values, file?: ConfigFile): StageName | undefined {
  const { stage, preset } = given;
  if (stage !== undefined) return STAGE_NAMES.find((name) => name === stage);
  if (preset !== undefined)
    return STAGE_NAMES.find((name) => Object.hasOwn(PRESETS_OF[name], String(preset)));
  const written = STAGE_NAMES.filter((name) => file?.values[name] !== undefined);
  return written.length === 1 ? written[0] : undefined;
}

/** A section without what is not planned: its folders and the like. Names that nobody knows stay, and are refused. */
function plannedIn(stage: StageName, values: Values): Values {
  const known = SECTIONS[stage].groups[0]!.table.fields;
  const planned = { ...STAGE_FIELDS[stage], ...COMMON };
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => Object.hasOwn(planned, name) || !Object.hasOwn(known, name)),
  );
}
