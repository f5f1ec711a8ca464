import { callable, type Fault, objectWith, optionTable, TgmError, text, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';
import { claimShards } from './claim-shards.js';
import type { ShardFault } from './shard-fault.js';
import { fileFacts, requireBytes, requireNoShardFrom, type StoredFile, shardPath } from './shard-files.js';
import { openShardIndex, readShardIndex, type StoredIndex } from './shard-index.js';
import { readShardRecord, type ShardRecord, writeShardRecord } from './shard-record.js';

/** Checks what a JSON file says: a table of options is one. */
export interface JsonTable<Value extends object> {
  readonly where: string;
  check(value: unknown): Value;
}

export interface ShardFolderOptions<Index extends object, Facts extends object> {
  readonly folder: string;
  /** What lies in it, in the plural: `features`. */
  readonly things: string;
  /** The function that writes it. */
  readonly writer: string;
  /** Of its form: changes when an older reader could no longer read what is written. */
  readonly version: number;
  readonly index: JsonTable<Index>;
  readonly record: JsonTable<Facts>;
  readonly fault: ShardFault;
}

/**
 * A folder that is filled shard by shard. `index.json` tells all that decides what is in it. A shard is a file of numbers,
 * `shard-00000.<ending>`, and a record, `shard-00000.json`. The record is written last, and ends with the `sha256` of all that stands
 * before it: a shard with a record is whole, whatever was killed when. Ranks share a folder by the numbers of their shards.
 */
export interface ShardFolder<Index extends object, Facts extends object> {
  /** The file of the numbers of a shard, or its record with the ending `json`. */
  path(shard: number, ending: string): string;
  /**
   * Claims the shards of a rank, number modulo `ranks`, for this process, and takes away what a killed one has left of them.
   * @returns a function that gives them free.
   * @throws `locked`, `failed`
   */
  claim(rank: number, ranks: number): Promise<() => Promise<void>>;
  /**
   * Writes the index, or takes the one that is there.
   * @throws `different` where it is of something else, which names what differs; `damaged`, `failed`
   */
  openIndex(index: Index): Promise<StoredIndex<Index>>;
  /** @throws `missing`, `damaged`, `failed`; `different` for a later version. */
  readIndex(): Promise<StoredIndex<Index>>;
  /**
   * The record of a shard that is whole; undefined where there is none.
   * @param index SHA-256 of the index that it has to be of.
   * @throws `damaged`, `failed`; `different` for a shard of another index.
   */
  readRecord(shard: number, index: string): Promise<ShardRecord<Facts> | undefined>;
  /** @throws `failed` */
  writeRecord(shard: number, record: ShardRecord<Facts>): Promise<void>;
  /** @throws `failed` */
  fileFacts(path: string): Promise<StoredFile>;
  /**
   * That a file has as many bytes as its record says.
   * @throws `damaged`, `failed`
   */
  requireBytes(path: string, file: StoredFile): Promise<void>;
  /**
   * That no file is of a shard with this number or a later one.
   * @throws `damaged`, `failed`
   */
  requireNoShardFrom(end: number): Promise<void>;
  /** The error of a file that is not as it was written. */
  damaged(where: string, expected: string, received: string, cause?: unknown): Error;
}

/** What the parts of a folder share. */
export interface FolderContext {
  readonly folder: string;
  readonly things: string;
  readonly fault: ShardFault;
  readonly damaged: DamagedFile;
  /** The same of `index.json`: the run that wrote it writes the same one again, which its shards know. */
  readonly damagedIndex: DamagedFile;
}

/** Makes the error of a file that is not as it was written. */
export type DamagedFile = (where: string, expected: string, received: string, cause?: unknown) => Error;

const table = optionTable(
  'shardFolder',
  {
    folder: text(),
    things: text(),
    writer: text(),
    version: wholeNumber({ from: 1 }),
    index: objectWith<JsonTable<object>>('a table', ['where', 'check']),
    record: objectWith<JsonTable<object>>('a table', ['where', 'check']),
    fault: callable<ShardFault>(),
  } satisfies Record<keyof ShardFolderOptions<object, object>, unknown>,
  ModelError,
);

/** @throws ModelError with `OPTION_INVALID` */
export function shardFolder<Index extends object, Facts extends object>(
  options: ShardFolderOptions<Index, Facts>,
): ShardFolder<Index, Facts> {
  const { folder, things, writer, version, fault } = table.check(options);
  const { index: indexTable, record: recordTable } = options;
  const advising =
    (advice: string): DamagedFile =>
    (where, expected, received, cause) =>
      fault('damaged', { where, expected, received, ...(cause !== undefined && { cause }), advice });
  const damaged = advising(`Remove the files of that shard, and \`${writer}\` makes it again.`);
  const damagedIndex = advising(`Remove it, and call \`${writer}\` as before: it is made again.`);
  const context: FolderContext = { folder, things, fault, damaged, damagedIndex };
  return {
    path: (shard, ending) => shardPath(folder, shard, ending),
    claim: (rank, ranks) => claimShards(context, rank, ranks),
    openIndex: (index) => openShardIndex(context, indexTable, version, index),
    readIndex: () => readShardIndex(context, indexTable, version),
    readRecord: (shard, index) => readShardRecord(context, recordTable, shard, index),
    writeRecord: (shard, record) => writeShardRecord(context, shard, record),
    fileFacts: (path) => fileFacts(context, path),
    requireBytes: (path, file) => requireBytes(context, path, file),
    requireNoShardFrom: (end) => requireNoShardFrom(context, end),
    damaged,
  };
}

/**
 * What a JSON file says, checked by a table of options.
 * @throws `damaged`
 */
export function checkedJson<Value extends object>(
  damaged: DamagedFile,
  table: JsonTable<Value>,
  path: string,
  value: unknown,
): Value {
  try {
    return table.check(value ?? 0);
  } catch (error) {
    if (!(error instanceof TgmError)) throw error;
    const { where, expected, received }: Fault = error;
    throw damaged(where.replace(table.where, path).replace(', option ', ', key '), expected, received);
  }
}
