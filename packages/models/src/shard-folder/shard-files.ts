import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { orAbsent, orFailed } from './shard-fault.js';
import type { FolderContext } from './shard-folder.js';

/** What tells whether a file is as it was written. */
export interface StoredFile {
  readonly bytes: number;
  readonly sha256: string;
}

export const shardPath = (folder: string, shard: number, ending: string): string =>
  join(folder, `shard-${String(shard).padStart(5, '0')}.${ending}`);

/** The number of the shard that a file is of; undefined for another file. */
export function shardOfFile(name: string): number | undefined {
  const found = /^shard-(\d{5,})\./.exec(name);
  return found ? Number(found[1]) : undefined;
}

/** @throws `failed` */
export async function fileFacts({ fault }: FolderContext, path: string): Promise<StoredFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  })();
  await orFailed(fault, path, 'a file that can be read', reading);
  return { bytes, sha256: hash.digest('hex') };
}

/** @throws `damaged`, `failed` */
export async function requireBytes(
  { fault, damaged }: FolderContext,
  path: string,
  file: StoredFile,
): Promise<void> {
  const found = await orAbsent(fault, path, stat(path));
  if (found?.size === file.bytes) return;
  throw damaged(path, `${file.bytes} bytes`, found ? `${found.size}` : 'no file');
}

/** @throws `damaged`, `failed` */
export async function requireNoShardFrom(
  { folder, fault, damaged }: FolderContext,
  end: number,
): Promise<void> {
  const names = await orFailed(fault, folder, 'a folder that can be read', readdir(folder));
  const beyond = names.filter((name) => (shardOfFile(name) ?? -1) >= end).sort();
  if (beyond.length === 0) return;
  throw damaged(
    join(folder, beyond[0]!),
    `no shard behind number ${end - 1}, which is the last`,
    beyond.join(', '),
  );
}
