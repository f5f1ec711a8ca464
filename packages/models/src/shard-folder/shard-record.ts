import { readJsonFile, writeTextFile } from './json-file.js';
import { type StoredFile, shardPath } from './shard-files.js';
import { checkedJson, type FolderContext, type JsonTable } from './shard-folder.js';

/** What the JSON file beside the numbers of a shard says. */
export type ShardRecord<Facts extends object> = Facts & {
  /** SHA-256 of the index that the shard is of. */
  readonly index: string;
  /** The file of the numbers. */
  readonly file: StoredFile;
};

/** @throws `failed` */
export const writeShardRecord = <Facts extends object>(
  context: FolderContext,
  shard: number,
  record: ShardRecord<Facts>,
): Promise<void> =>
  writeTextFile(context, shardPath(context.folder, shard, 'json'), `${JSON.stringify(record)}\n`);

/** @throws `damaged`, `failed`; `different` for a shard of another index. */
export async function readShardRecord<Facts extends object>(
  context: FolderContext,
  table: JsonTable<Facts>,
  shard: number,
  index: string,
): Promise<ShardRecord<Facts> | undefined> {
  const path = shardPath(context.folder, shard, 'json');
  const json = await readJsonFile(context, path);
  if (!json) return undefined;
  const { index: of, file, ...facts } = (json.value ?? {}) as Partial<ShardRecord<object>>;
  if (!isStoredFile(file) || typeof of !== 'string')
    throw context.damaged(path, 'a record with index and file', JSON.stringify({ index: of, file }));
  const checked = checkedJson(context, table, path, facts);
  if (of === index) return { ...checked, index: of, file };
  throw context.fault('different', {
    where: path,
    expected: 'a shard of the index beside it',
    received: 'one of another',
    advice: 'Two runs wrote into one folder: write again, into an empty one.',
  });
}

const isStoredFile = (value: unknown): value is StoredFile => {
  const { bytes, sha256 } = (value ?? {}) as Partial<StoredFile>;
  return Number.isSafeInteger(bytes) && bytes! >= 0 && typeof sha256 === 'string';
};
