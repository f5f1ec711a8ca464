import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { flag, listOf, nested, optional, optionTable, passing, text, wholeNumber } from '@tgm/options';
import { EvaluationError } from '../errors.js';
import type { LeftOutFacts } from './feature-examples.js';
import type { FeatureFormat } from './feature-format.js';
import { damaged, orAbsent, orFileFailed } from './file-faults.js';
import { readJsonFile, writeTextFile } from './json-file.js';
import type { StoredLabel } from './shard-labels.js';

/** A sample that could not be read, and why. */
export interface LeftOutExample extends LeftOutFacts {
  readonly id: string;
}

/**
 * What the JSON file beside the numbers of a shard says. It is written last: a shard without it is not whole. The file ends with
 * `sha256` of all that stands before it.
 */
export interface ShardRecord {
  /** SHA-256 of the index that the shard is of. */
  readonly index: string;
  /** Whether no shard comes after it. */
  readonly last: boolean;
  /** The file of the numbers. */
  readonly file: { readonly bytes: number; readonly sha256: string };
  /** Of each row. */
  readonly ids: readonly string[];
  readonly labels: readonly StoredLabel[];
  readonly leftOut: readonly LeftOutExample[];
}

/** A record with the SHA-256 of its JSON without that key. */
interface SealedRecord extends ShardRecord {
  readonly sha256: string;
}

const anyText = () => passing('a text', (value): value is string => typeof value === 'string');

const label = passing(
  'a class, classes by name, or null',
  (value): value is StoredLabel =>
    value === null ||
    Number.isSafeInteger(value) ||
    (typeof value === 'object' && Object.values(value).every(Number.isSafeInteger)),
);

const table = optionTable(
  'a shard',
  {
    index: text(),
    last: flag(),
    file: nested({ bytes: wholeNumber({ from: 0 }), sha256: text() }),
    ids: listOf(anyText()),
    labels: listOf(label),
    leftOut: listOf(
      nested({
        id: anyText(),
        code: anyText(),
        message: anyText(),
        source: optional(anyText()),
      } satisfies Record<keyof LeftOutExample, unknown>),
    ),
    sha256: text(),
  } satisfies Record<keyof SealedRecord, unknown>,
  EvaluationError,
);

const nameOf = (shard: number): string => `shard-${String(shard).padStart(5, '0')}`;

/** The number of the shard that a file is of; undefined for another file. */
export function shardOfFile(name: string): number | undefined {
  const found = /^shard-(\d{5,})\./.exec(name);
  return found ? Number(found[1]) : undefined;
}

export const recordPath = (folder: string, shard: number): string => join(folder, `${nameOf(shard)}.json`);

export const numbersPath = (folder: string, shard: number, format: FeatureFormat): string =>
  join(folder, `${nameOf(shard)}.${format}`);

/** @throws EvaluationError `FILE_FAILED` */
export const writeRecord = (folder: string, shard: number, record: ShardRecord): Promise<void> =>
  writeTextFile(recordPath(folder, shard), `${JSON.stringify({ ...record, sha256: digestOf(record) })}\n`);

const digestOf = (record: ShardRecord): string =>
  createHash('sha256').update(JSON.stringify(record)).digest('hex');

/**
 * The record of a shard that is whole; undefined where there is none.
 *
 * @param index SHA-256 of the index that it has to be of.
 * @throws EvaluationError `FEATURES_DAMAGED`, `FILE_FAILED`; `FEATURES_DIFFER` for a shard of another index.
 */
export async function readRecord(
  folder: string,
  shard: number,
  index: string,
): Promise<ShardRecord | undefined> {
  const path = recordPath(folder, shard);
  const file = await readJsonFile(path, damaged);
  if (!file) return undefined;
  const record = checked(path, file.value);
  if (record.index === index) return record;
  throw new EvaluationError('FEATURES_DIFFER', {
    where: path,
    expected: 'a shard of the index.json beside it',
    received: 'one of another',
    advice:
      'Either index.json was changed, or the files of two runs lie in one folder: write again, into an empty one.',
  });
}

function checked(path: string, value: unknown): ShardRecord {
  try {
    table.check(value ?? 0);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw damaged(
      error.where.replace(table.where, path).replace(', option ', ', key '),
      error.expected,
      error.received,
    );
  }
  const { sha256, ...record } = value as SealedRecord;
  const found = digestOf(record);
  if (found !== sha256) throw damaged(path, `contents with the SHA-256 ${sha256}`, `others, with ${found}`);
  if (record.labels.length !== record.ids.length)
    throw damaged(path, `a label for each of ${record.ids.length} ids`, `${record.labels.length}`);
  return record;
}

/**
 * That the numbers of a whole shard lie there, by the length of their file.
 * @throws EvaluationError `FEATURES_DAMAGED`, `FILE_FAILED`
 */
export async function requireNumbers(path: string, { file }: ShardRecord): Promise<void> {
  const found = await orAbsent(path, stat(path));
  if (found?.size === file.bytes) return;
  throw damaged(path, `${file.bytes} bytes`, found ? `${found.size}` : 'no file');
}

/** @throws EvaluationError `FILE_FAILED` */
export async function fileFacts(path: string): Promise<ShardRecord['file']> {
  const hash = createHash('sha256');
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  })();
  await orFileFailed(path, 'a file that can be read', reading);
  return { bytes, sha256: hash.digest('hex') };
}
