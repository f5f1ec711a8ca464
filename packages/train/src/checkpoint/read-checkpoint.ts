import { join } from 'node:path';
import { readSafetensors } from '@tgm/models';
import { type CheckpointRecord, readRecord } from './checkpoint-record.js';
import { verifyFiles } from './file-digests.js';
import { orDamaged } from './file-faults.js';
import type { SavedRun } from './saved-run.js';
import { tensorsOfState } from './state-tensors.js';
import { STATE_JSON, STATE_TENSORS } from './write-checkpoint.js';

/**
 * Reads what a run needs to go on. Each tensor is read into an array of its own, so that none is held twice and each can be
 * let go.
 * @throws TrainError with `CHECKPOINT_DAMAGED` when a file is missing or not as it was written, and names it;
 *   `CHECKPOINT_MISMATCH` for the format of a later version; `CHECKPOINT_FAILED` when the system does not read a file.
 */
export async function readCheckpoint(path: string): Promise<SavedRun> {
  const { step, after, description, rates, optimizerStep, average } = await verifyCheckpoint(path);
  const file = join(path, STATE_TENSORS);
  const { slots, ...tensors } = tensorsOfState(file, await orDamaged(file, readSafetensors(file)), average);
  return { step, after, description, rates, ...tensors, optimizer: { step: optimizerStep, slots } };
}

/**
 * That a checkpoint is as it was written.
 * @throws as `readCheckpoint`
 */
export async function verifyCheckpoint(path: string): Promise<CheckpointRecord> {
  const record = await readRecord(join(path, STATE_JSON));
  await verifyFiles(path, record.files);
  return record;
}
