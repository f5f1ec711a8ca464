import { basename } from 'node:path';
import type { SampleLabel } from '../video.js';
import type { ToldClassName } from './class-names.js';
import { isVideo, splitName } from './member-names.js';
import { contentOf, invalidShard, LARGEST_TEXT, shardVersion, withShard } from './shard-file.js';
import { readShardFacts } from './shard-metadata.js';
import { type TarMember, tarMembers } from './tar-members.js';

/** Where a sample lies in its tar file; its id, captions and class as the `.json` tells them. */
export interface IndexedSample {
  readonly id: string;
  readonly captions: readonly string[];
  readonly label: SampleLabel | undefined;
  readonly className: ToldClassName;
  /** Byte offset of its first header, and its length with all headers and padding. */
  readonly start: number;
  readonly length: number;
}

/**
 * The samples of a tar file: neighbouring members with the same key, one of them a video. Reads the headers of all files,
 * and the content of `.json` files for the ids.
 *
 * @throws {VideoError} `SHARD_INVALID`
 */
export async function indexShard(path: string): Promise<IndexedSample[]> {
  await shardVersion(path);
  return withShard(path, async (file) => {
    const { size } = await file.stat();
    const samples: IndexedSample[] = [];
    const keys = new Set<string>();
    let open: { key: string; members: TarMember[] } | undefined;
    const close = async (): Promise<void> => {
      if (!open) return;
      const { key, members } = open;
      const videos = members.filter(isVideo).length;
      if (videos !== 1) throw invalidShard(path, `one video in sample "${key}"`, `${videos}`);
      const json = members.find(({ name }) => splitName(name)!.ending === 'json');
      const texts = json && { json: (await contentOf(file, path, json, LARGEST_TEXT)).toString('utf8') };
      const { sample, className } = readShardFacts(`${basename(path)}/${key}`, texts ?? {});
      const { id, captions, label } = sample;
      const { headerStart: start } = members[0]!;
      samples.push({ id, captions, label, className, start, length: members.at(-1)!.end - start });
    };
    for await (const member of tarMembers(file, path, 0, size, true)) {
      const name = splitName(member.name);
      if (!name) continue;
      const { key } = name;
      if (key !== open?.key) {
        await close();
        if (keys.has(key)) {
          throw invalidShard(path, `the files of "${key}" beside each other`, 'others between');
        }
        keys.add(key);
        open = { key, members: [] };
      }
      open.members.push(member);
    }
    await close();
    return samples;
  });
}
