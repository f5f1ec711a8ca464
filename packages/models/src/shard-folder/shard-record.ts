import { createHash } from 'node:crypto';
import { readJsonFile, writeTextFile } from './json-file.js';
import { type StoredFile, shardPath } from './shard-files.js';
import { checkedJson, type FolderContext, type JsonTable } from './shard-folder.js';

/** What the JSON file beside the numbers of a shard says, besides the digest of it all. */
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
  writeTextFile(
    context,
    shardPath(context.folder, shard, 'json'),
    `${JSON.stringify({ ...record, sha256: digestOf(record) })}\n`,
  );

const digestOf = (record: object): string =>
  createHash('sha256').update(JSON.stringify(record)).digest('hex');

/** @throws `damaged`, `failed`; `different` for a shard of another index. */
export async function readShardRecord<Facts extends object>(
  context: FolderContext,
  table: JsonTable<Facts>,
  shard: number,
  index: string,
): Promise<ShardRecord<Facts> | undefined> {
  const path = shardPath(context.folder, shard, 'json');
  const json = await readJsonFile(context, path, context.damaged);
  if (!json) return undefined;
  const { sha256, ...record } = (json.value ?? {}) as Partial<ShardRecord<object>> & { sha256?: unknown };
  const { index: of, file, ...facts } = record;
  if (!isStoredFile(file) || typeof of !== 'string' || typeof sha256 !== 'string')
    throw context.damaged(
      path,
      'a record with index, file and sha256',
      JSON.stringify({ index: of, file, sha256 }),
    );
  const found = digestOf(record);
  if (found !== sha256)
    throw context.damaged(path, `contents with the SHA-256 ${sha256}`, `others, with ${found}`);
  const checked = checkedJson(context.damaged, table, path, facts);
  if (of === index) return { ...checked, index: of, file };
  throw context.fault('different', {
    where: path,
    expected: 'a shard of the index.json beside it',
    received: 'one of another',
    advice:
      'Either index.json was changed, or the files of two runs lie in one folder: write again, into an empty one.',
  });
}

const isStoredFile = (value: unknown): value is StoredFile => {
  const { bytes, sha256 } = (value ?? {}) as Partial<StoredFile>;
  return Number.isSafeInteger(bytes) && bytes! >= 0 && typeof sha256 === 'string';
};
