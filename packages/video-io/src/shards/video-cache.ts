import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { VideoError } from '../errors.js';
import { systemFailed } from '../system-failure.js';

/** Videos out of tar files, each written once. */
export interface VideoCache {
  /** Path of the video that lies at a byte of a tar file; `read` gives its content piece by piece, where it is not there yet. */
  get(
    shard: { readonly path: string; readonly version: string },
    start: number,
    ending: string,
    read: () => AsyncIterable<Uint8Array>,
  ): Promise<string>;
}

/** Names hold nothing out of the tar file but an ending, so that no member's name can lead out of the folder. */
export function videoCache(folder: string): VideoCache {
  return {
    async get({ path: shard, version }, start, ending, read) {
      const place = createHash('sha256')
        .update(`${resolve(shard)}, ${version}`)
        .digest('hex')
        .slice(0, 16);
      const path = join(resolve(folder), place, `${start}.${ending}`);
      const there = await access(path).then(
        () => true,
        () => false,
      );
      if (there) return path;
      // Process numbers would not do: containers that share a folder all have the same.
      const temporary = `${path}.${randomUUID()}.tmp`;
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(temporary, read());
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error instanceof VideoError ? error : systemFailed(path, 'to write the file', error as Error);
      }
      return path;
    },
  };
}
