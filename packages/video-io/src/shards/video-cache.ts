import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** Videos out of tar files, each written once. */
export interface VideoCache {
  /** Path of the video that lies at a byte of a tar file; `read` is called when it is not there yet. */
  get(
    shard: { readonly path: string; readonly version: string },
    start: number,
    ending: string,
    read: () => Promise<Uint8Array>,
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
      await mkdir(dirname(path), { recursive: true });
      // Process numbers would not do: containers that share a folder all have the same.
      const temporary = `${path}.${randomUUID()}.tmp`;
      await writeFile(temporary, await read());
      await rename(temporary, path);
      return path;
    },
  };
}
