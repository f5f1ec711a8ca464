import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { MACHINES, type Machine } from '../plan/machines.js';
import { plan as planOf } from '../plan/plan.js';
import { PLANNED_FIELDS, type PlanConfig, planSection } from '../plan/plan-section.js';
import { planText } from '../plan/plan-text.js';
import { countVideos, plannedDataSection } from '../plan/planned-data.js';
import { thisMachine } from '../plan/this-machine.js';
import type { Settings } from '../presets/settings.js';
import { optionsIn, PRESETS_OF } from '../presets/settings-section.js';
import { warn } from '../program/say.js';
import type { Command } from './command.js';

export const plan: Command = {
  name: 'plan',
  says: 'Tells what a training takes, by arithmetic: operations, memory, sizes on disk, steps and days',
  details: `Examples:
  tgm plan --preset tgm-b-ssv2 --machine a100-80 --devices 8
  tgm plan --preset tgm-b-ssv2 --laptop --machine this --videos 1000
  tgm plan pretrain --preset tgm-b-k400 --length.accumulate 4
  tgm plan --preset tgm-b-k400 --machine this --devices 16 --network 10

With the name of a section it plans what stands in the configuration, over the preset. Videos are those of the configuration where
they are on this machine, else as many as the published set has, or --plan.videos. Where the memory is not enough it says what to change.`,
  sections: [plannedDataSection, planSection],
  positionals: [{ section: 'plan', option: 'stage', shown: '[pretrain|finetune|probe]' }],
  async run({ sections }) {
    const { stage, ...values } = sections.plan!.values as unknown as PlanConfig &
      Required<Pick<PlanConfig, 'stage'>>;
    const settings = {
      stage: Object.values(PRESETS_OF[stage])[0]!.stage,
      ...optionsIn(PLANNED_FIELDS[stage], values),
    } as unknown as Settings;
    const videos = values.videos ?? (await videosOf(sections.data?.values));
    const { recompute, devices, network, loads, clipsPerSecond, store } = values;
    const shared = { devices, network, loads, clipsPerSecond };
    const machine = await machineOf(values.machine);
    const result = planOf({ settings, recompute, videos, ...shared, store, machine });
    return { json: result, text: planText(result) };
  },
};

/** Those of the configuration; nothing where it has none, or where they are not on this machine. */
async function videosOf(data: object | undefined): Promise<number | undefined> {
  if (data === undefined) return undefined;
  const counted = await countVideos(data);
  if (typeof counted === 'number') return counted;
  warn(
    `  The videos of data are not counted: ${counted} Those of the published set are planned with, or --plan.videos.`,
  );
  return undefined;
}

async function machineOf(name: PlanConfig['machine']): Promise<Machine | undefined> {
  if (name !== 'this') return name && MACHINES[name];
  const engine = await onnxEngine();
  try {
    return await thisMachine(engine);
  } finally {
    await engine.dispose();
  }
}
