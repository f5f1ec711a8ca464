import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, saveVideoMae, type VideoMae, writeSafetensors } from '@tgm/models';
import { showValue } from '@tgm/options';
import { TrainError } from './errors.js';
import { type FlatLayout, paramsFromVectors } from './flat-params.js';

/** Everything that a run needs to go on, on the host. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  /** Parameters, one vector for each group. */
  readonly flat: Readonly<Record<string, Float32Array>>;
  readonly firstMoments: Readonly<Record<string, Float32Array>>;
  readonly secondMoments: Readonly<Record<string, Float32Array>>;
}

/** What must be equal for a state to continue a run. */
export type RunSettings = Readonly<Record<string, string | number | boolean | null>>;

const STATE_TENSORS = 'training-state.safetensors';
const STATE_JSON = 'training-state.json';
const parts = ['flat', 'firstMoments', 'secondMoments'] as const;
const folderOf = (step: number): string => `step-${String(step).padStart(8, '0')}`;

/**
 * Writes `<folder>/step-…` with the model as a Hugging Face checkpoint and the training state beside it, then
 * removes older steps. The folder appears under its final name only when it is complete.
 *
 * @returns the path of the new checkpoint.
 */
export async function saveTrainingState(
  folder: string,
  state: TrainingState,
  layout: FlatLayout,
  model: VideoMae,
  modelNames: readonly string[],
  settings: RunSettings,
): Promise<string> {
  const target = join(folder, folderOf(state.step));
  const draft = `${target}.partial`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  const params = paramsFromVectors(layout, state.flat);
  const modelParams = Object.fromEntries(modelNames.map((name) => [name, params[name]!]));
  await saveVideoMae(draft, model, modelParams);
  for (const value of Object.values(params)) value.dispose();
  const tensors = Object.fromEntries(
    parts.flatMap((part) =>
      Object.entries(state[part]).map(([group, data]) => [
        `${part}/${group}`,
        { dtype: 'F32' as const, shape: [data.length], data },
      ]),
    ),
  );
  await writeSafetensors(join(draft, STATE_TENSORS), tensors, { format: 'pt' });
  const record = { step: state.step, settings, layout };
  await writeFile(join(draft, STATE_JSON), `${JSON.stringify(record, null, 2)}\n`);
  await rm(target, { recursive: true, force: true });
  await rename(draft, target);
  for (const name of await completeSteps(folder)) {
    if (name !== folderOf(state.step)) await rm(join(folder, name), { recursive: true, force: true });
  }
  return target;
}

/** Path of the newest complete checkpoint in `folder`, or undefined when there is none. */
export async function latestCheckpoint(folder: string): Promise<string | undefined> {
  const steps = await completeSteps(folder);
  return steps.length > 0 ? join(folder, steps.at(-1)!) : undefined;
}

/**
 * Reads a checkpoint that `saveTrainingState` wrote.
 *
 * @throws TrainError `CHECKPOINT_MISMATCH` when it was made under other settings or for another model.
 */
export async function loadTrainingState(
  checkpoint: string,
  layout: FlatLayout,
  settings: RunSettings,
): Promise<TrainingState> {
  const record = JSON.parse(await readFile(join(checkpoint, STATE_JSON), 'utf8'));
  const changed = Object.keys({ ...settings, ...record.settings }).filter(
    (key) => settings[key] !== record.settings[key],
  );
  if (changed.length > 0) {
    const list = (of: RunSettings) => changed.map((key) => `${key} ${showValue(of[key])}`).join(', ');
    throw new TrainError('CHECKPOINT_MISMATCH', {
      where: checkpoint,
      expected: `the settings that it was saved with, ${list(record.settings)}`,
      received: list(settings),
    });
  }
  if (JSON.stringify(record.layout) !== JSON.stringify(layout)) {
    throw new TrainError('CHECKPOINT_MISMATCH', {
      where: checkpoint,
      expected: "parameters of this run's model, losses and weight decay",
      received: 'those of others',
    });
  }
  const { tensors } = await readSafetensors(join(checkpoint, STATE_TENSORS));
  const groups = Object.keys(layout.groups);
  const read = (part: string) =>
    Object.fromEntries(groups.map((group) => [group, tensors[`${part}/${group}`]!.data as Float32Array]));
  return {
    step: record.step,
    flat: read('flat'),
    firstMoments: read('firstMoments'),
    secondMoments: read('secondMoments'),
  };
}

async function completeSteps(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names.filter((name) => /^step-\d{8}$/.test(name)).sort();
}
