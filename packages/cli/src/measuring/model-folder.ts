import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DamagedCheckpoint, latestCheckpoint } from '@tgm/train';
import { CliError } from '../program/errors.js';

/** Classes of Hugging Face that a folder's `config.json` may name. */
export const ARCHITECTURES = [
  'VideoMAEForPreTraining',
  'VideoMAEModel',
  'VideoMAEForVideoClassification',
  'CLIPModel',
] as const;

export type Architecture = (typeof ARCHITECTURES)[number];

/** Where a model lies. */
export interface ModelFolder {
  /** The folder of its `config.json` and `model.safetensors`. */
  readonly path: string;
  readonly architecture: Architecture;
  /** What stands beside its weights: all that its training needs to go on, or nothing. */
  readonly kind: 'checkpoint' | 'model';
  /** The folder of the run that it was found in, where that is what was named. */
  readonly run?: string;
  /** Newer checkpoints of that run that are not whole. */
  readonly damaged: readonly DamagedCheckpoint[];
}

/**
 * The model that a path names: the newest whole checkpoint of a run's folder, a checkpoint, or a folder in the form of Hugging
 * Face. In a run's folder without checkpoints it is `model/`.
 *
 * @throws CliError `INPUT_INVALID` where no model lies there; TrainError `CHECKPOINT_DAMAGED` where all checkpoints of a run are,
 *   `CHECKPOINT_MISMATCH` and `CHECKPOINT_FAILED` as `latestCheckpoint`.
 */
export async function modelFolder(path: string): Promise<ModelFolder> {
  if (!(await isThere(path))) throw noModel(path, 'nothing there');
  if (await isThere(join(path, 'config.json'))) return described(path, { damaged: [] });
  const damaged: DamagedCheckpoint[] = [];
  const newest = await latestCheckpoint(path, (each) => damaged.push(each));
  if (newest) return described(newest, { run: path, damaged });
  const last = join(path, 'model');
  if (await isThere(join(last, 'config.json'))) return described(last, { run: path, damaged });
  throw noModel(path, 'none');
}

async function described(path: string, found: Pick<ModelFolder, 'run' | 'damaged'>): Promise<ModelFolder> {
  const isCheckpoint = await isThere(join(path, 'training-state.json'));
  const architecture = await architectureOf(join(path, 'config.json'));
  return { path, architecture, kind: isCheckpoint ? 'checkpoint' : 'model', ...found };
}

async function architectureOf(file: string): Promise<Architecture> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw noModel(file, cause.message, cause);
  });
  const named = namedIn(file, text);
  const known = ARCHITECTURES.find((name) => name === named);
  if (known) return known;
  throw new CliError('INPUT_INVALID', {
    where: `${file}, key architectures`,
    expected: `one of ${ARCHITECTURES.join(', ')}`,
    received: JSON.stringify(named) ?? 'nothing',
  });
}

function namedIn(file: string, text: string): unknown {
  try {
    return (JSON.parse(text) as { architectures?: readonly unknown[] } | null)?.architectures?.[0];
  } catch (cause) {
    throw noModel(file, 'no JSON', cause as Error);
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const noModel = (where: string, received: string, cause?: Error): CliError =>
  new CliError('INPUT_INVALID', {
    where,
    expected: `a run's folder, a checkpoint (step-00000100), or a folder with config.json and model.safetensors`,
    received,
    ...(cause && { cause }),
  });
