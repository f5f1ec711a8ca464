import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { damaged, orDamaged } from './file-faults.js';

/** What a file holds. */
export interface FileDigest {
  readonly bytes: number;
  /** SHA-256 in hexadecimal. */
  readonly sha256: string;
}

/** By path within a folder, with `/` between the names. */
export type FileDigests = Readonly<Record<string, FileDigest>>;

/** Digests of all files of a folder and of the folders in it. */
export async function digestsOf(folder: string): Promise<FileDigests> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const digests: [string, FileDigest][] = [];
  for (const file of files.sort()) {
    const { size } = await stat(file);
    digests.push([
      relative(folder, file).replaceAll(sep, '/'),
      { bytes: size, sha256: await sha256Of(file) },
    ]);
  }
  return Object.fromEntries(digests);
}

/**
 * That every file is there and as it was.
 * @throws TrainError with `CHECKPOINT_DAMAGED`, which names the first file that is not, or `CHECKPOINT_FAILED`.
 */
export async function verifyFiles(folder: string, digests: FileDigests): Promise<void> {
  const files = Object.entries(digests).map(([name, digest]) => ({ path: join(folder, name), digest }));
  // Sizes tell most damages at once.
  for (const { path, digest } of files) {
    const { size } = await orDamaged(path, stat(path));
    if (size !== digest.bytes) throw damaged(path, `${digest.bytes} bytes`, `${size}`);
  }
  for (const { path, digest } of files) {
    const found = await orDamaged(path, sha256Of(path));
    if (found !== digest.sha256)
      throw damaged(path, `bytes with the SHA-256 ${digest.sha256}`, `others, with ${found}`);
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(chunk);
  return hash.digest('hex');
}
