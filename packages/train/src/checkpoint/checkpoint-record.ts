import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { flag, type Json, number, optionTable, passing, showValue, text, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { FileDigest, FileDigests } from './file-digests.js';
import { damaged, orDamaged } from './file-faults.js';
import type { RunDescription } from './saved-run.js';
import { stepOfFolder } from './step-folders.js';

/** What `training-state.json` says: all of a saved run but its tensors, and what the other files hold. */
export interface CheckpointRecord {
  readonly step: number;
  readonly after: Json;
  readonly description: RunDescription;
  readonly rates: string;
  readonly optimizerStep: number;
  /** Whether there is an average of the parameters. */
  readonly average: boolean;
  readonly files: FileDigests;
}

/** Changes when an older version of this package could no longer read what is written. */
const FORMAT = 1;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isDigest = (value: unknown): value is FileDigest =>
  isObject(value) && Number.isSafeInteger(value.bytes) && typeof value.sha256 === 'string';

const PARTS = ['objective', 'batches', 'optimizer', 'schedule', 'run'] as const;

const table = optionTable(
  'training-state.json',
  {
    step: wholeNumber({ from: 0 }),
    after: passing('a place of the batches', (value): value is Json => value !== undefined),
    description: passing(
      `what the run is (an object with ${PARTS.join(', ')})`,
      (value): value is RunDescription => isObject(value) && PARTS.every((part) => isObject(value[part])),
    ),
    rates: text(),
    optimizerStep: number({ from: 0 }),
    average: flag(),
    files: passing(
      'bytes and sha256 of each file',
      (value): value is FileDigests => isObject(value) && Object.values(value).every(isDigest),
    ),
  } satisfies Record<keyof CheckpointRecord, unknown>,
  TrainError,
);

/** The record as the text of a file, with a digest of its own. */
export function recordText(record: CheckpointRecord): string {
  const body = { format: FORMAT, ...record };
  return `${JSON.stringify({ ...body, sha256: digestOf(body) }, null, 2)}\n`;
}

/**
 * Reads the record of a checkpoint.
 * @throws TrainError with `CHECKPOINT_DAMAGED` when it is missing or not as it was written, also when it says another step than
 *   the folder's name; `CHECKPOINT_MISMATCH` when it has the format of a later version; `CHECKPOINT_FAILED`.
 */
export async function readRecord(path: string): Promise<CheckpointRecord> {
  const json = jsonOf(path, await orDamaged(path, readFile(path)));
  if (!isObject(json)) throw damaged(path, 'a JSON object', showValue(json));
  const { sha256, ...body } = json;
  const found = digestOf(body);
  if (sha256 !== found)
    throw damaged(path, `contents with the SHA-256 ${showValue(sha256)}`, `others, with ${found}`);
  const { format, ...record } = body;
  if (format !== FORMAT)
    throw new TrainError('CHECKPOINT_MISMATCH', {
      where: path,
      expected: `a checkpoint of format ${FORMAT}`,
      received: `one of format ${showValue(format)}`,
    });
  const checked = checkedRecord(path, record);
  const step = stepOfFolder(basename(dirname(path)));
  if (step !== undefined && step !== checked.step)
    throw damaged(path, `step ${step}, as its folder is called`, `step ${checked.step}`);
  return checked;
}

function jsonOf(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged(path, 'JSON in UTF-8', String(cause), cause);
  }
}

function checkedRecord(path: string, record: object): CheckpointRecord {
  try {
    return table.check(record);
  } catch (error) {
    if (!(error instanceof TrainError)) throw error;
    throw damaged(
      error.where.replace(table.where, path).replace(', option ', ', key '),
      error.expected,
      error.received,
    );
  }
}

const digestOf = (body: object): string => createHash('sha256').update(JSON.stringify(body)).digest('hex');
