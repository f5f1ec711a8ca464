import { join } from 'node:path';
import { openSafetensors, type Params } from '@tgm/models';
import { listOf, optionTable, text } from '@tgm/options';
import { TrainError } from '../errors.js';
import { damaged, orDamaged } from './file-faults.js';
import { tensorOf } from './host-tensors.js';
import { verifyCheckpoint } from './read-checkpoint.js';
import type { RunDescription } from './saved-run.js';
import { parameterName } from './state-tensors.js';
import { STATE_TENSORS } from './write-checkpoint.js';

/** Some parameters of a checkpoint. */
export interface CheckpointParams {
  /** Steps done. */
  readonly step: number;
  /** Every option of the run that wrote it. */
  readonly description: RunDescription;
  /** Those of the names that there are; the caller disposes them. */
  readonly params: Params;
}

const table = optionTable('checkpointParams', { path: text(), names: listOf(text()) }, TrainError);

/**
 * Reads some parameters of a checkpoint, such as those of a loss, without what a run needs to go on: that is several times the model. All
 * files are compared with their digests.
 *
 * @param path the checkpoint's own folder, as `latestCheckpoint` gives it.
 * @throws TrainError with `OPTION_INVALID`; `CHECKPOINT_DAMAGED` when it is not as it was written, or none; `CHECKPOINT_MISMATCH` for the
 *   format of a later version; `CHECKPOINT_FAILED` when the system does not read a file.
 */
export async function checkpointParams(path: string, names: readonly string[]): Promise<CheckpointParams> {
  table.check({ path, names });
  const { step, description } = await verifyCheckpoint(path);
  const file = join(path, STATE_TENSORS);
  const read = await orDamaged(
    file,
    openSafetensors(file).then((opened) => opened.readSeveral(names.map(parameterName))),
  );
  const found = names.flatMap((name, at) => {
    const tensor = read[at];
    if (tensor === undefined) return [];
    const { dtype, shape, data } = tensor;
    if (!(data instanceof Float32Array || data instanceof Int32Array))
      throw damaged(`${file}, parameter ${name}`, 'F32 or I32', dtype);
    return [[name, tensorOf({ shape, data })] as const];
  });
  return { step, description, params: Object.fromEntries(found) };
}
