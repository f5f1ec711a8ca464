import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Params } from '@tgm/models';
import { optionTable, text } from '@tgm/options';
import { TrainError } from '../errors.js';
import { type DamagedCheckpoint, findCheckpoint } from './find-checkpoint.js';
import { tensorsOf } from './host-tensors.js';
import { type ModelBeside, modelBeside } from './model-beside.js';
import { readCheckpoint } from './read-checkpoint.js';
import type { RunDescription } from './saved-run.js';
import { stepOfFolder } from './step-folders.js';
import { STATE_JSON } from './write-checkpoint.js';

/** What a checkpoint holds. The caller disposes `params`, `buffers` and `average`. */
export type LoadedCheckpoint = ModelBeside & {
  /** Its folder. */
  readonly path: string;
  /** Steps done. */
  readonly step: number;
  /** Every option of the run that wrote it. */
  readonly description: RunDescription;
  /** All parameters, those of the losses too: what `start` takes, and what the model reads its own from. */
  readonly params: Params;
  /** Of `params` those of the model, the same tensors; absent without a model. */
  readonly modelParams?: Params;
  /** Of `params` the others, the same tensors; absent without a model. */
  readonly lossParams?: Params;
  /** Tensors that are saved but not trained. */
  readonly buffers: Params;
  /** The average of the parameters over the steps, under the same names; absent where the run kept none. */
  readonly average?: Params;
  /** Newer checkpoints that were passed over. */
  readonly damaged: readonly DamagedCheckpoint[];
};

const table = optionTable('loadCheckpoint', { path: text() }, TrainError);

/**
 * Opens a checkpoint, or the newest whole one of a run's folder.
 *
 * `architecture` and `model` are of the Hugging Face files in the checkpoint's own folder. They are absent where there are
 * none, and where the run trained parameters of other names.
 * @throws TrainError with `OPTION_INVALID`; `CHECKPOINT_NOT_FOUND` where there is none; `CHECKPOINT_DAMAGED` when it is not as it
 *   was written, of a run's folder when all are; `CHECKPOINT_MISMATCH` for the format of a later version;
 *   `CHECKPOINT_FAILED` when the system does not read a file.
 */
export async function loadCheckpoint(path: string): Promise<LoadedCheckpoint> {
  table.check({ path });
  const damaged: DamagedCheckpoint[] = [];
  const found = (await isCheckpoint(path))
    ? { path, saved: await readCheckpoint(path) }
    : await findCheckpoint(path, (each) => damaged.push(each));
  if (!found)
    throw new TrainError('CHECKPOINT_NOT_FOUND', {
      where: path,
      expected: `a checkpoint (with ${STATE_JSON}), or a folder of checkpoints (step-00000100 and so on)`,
      received: 'none',
    });
  const { step, description, params: values, buffers, average } = found.saved;
  const beside = await modelBeside(found.path, values);
  const params = tensorsOf(values);
  const own = beside.model && new Set(beside.model.parameters.map(({ name }) => name));
  return {
    ...beside,
    path: found.path,
    step,
    description,
    params,
    ...(own && {
      modelParams: chosen(params, (name) => own.has(name)),
      lossParams: chosen(params, (name) => !own.has(name)),
    }),
    buffers: tensorsOf(buffers),
    ...(average && { average: tensorsOf(average) }),
    damaged,
  };
}

async function isCheckpoint(path: string): Promise<boolean> {
  const is = await stat(join(path, STATE_JSON)).catch(() => undefined);
  if (is) return true;
  // One without that file is damaged, not a folder of checkpoints.
  return (
    stepOfFolder(basename(path)) !== undefined && (await stat(path).catch(() => undefined)) !== undefined
  );
}

const chosen = (params: Params, accepts: (name: string) => boolean): Params =>
  Object.fromEntries(Object.entries(params).filter(([name]) => accepts(name)));
