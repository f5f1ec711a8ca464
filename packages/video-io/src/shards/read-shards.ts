import { basename } from 'node:path';
import { outOfRange } from '../datasets/out-of-range.js';
import { duplicateIds } from '../datasets/tables/duplicate-ids.js';
import { rowIndex } from '../datasets/tables/row-index.js';
import { textBlock } from '../datasets/tables/text-block.js';
import type { VideoDataset } from '../video.js';
import { indexShard } from './index-shard.js';
import { isVideo, splitName } from './member-names.js';
import { contentOf, invalidShard, shardVersion, withShard } from './shard-file.js';
import { readShardTexts, TEXT_ENDINGS } from './shard-metadata.js';
import { type TarMember, tarMembers } from './tar-members.js';
import { videoCache } from './video-cache.js';

export interface ReadShardsOptions {
  /**
   * Folder for the videos that samples have been asked for, each once: FFmpeg reads files. It grows up to the size of the
   * shards; it may lie in memory (`/dev/shm`), and may be deleted when nothing uses it.
   */
  readonly cache: string;
}

/**
 * The samples of WebDataset shards in order: neighbouring files of a tar file whose names are the same up to the first
 * dot, one of them a video. Opening reads the headers of all files and the `.json` files, and keeps 24 bytes of each sample.
 *
 * Ids are those of the samples' `.json`, else `<tar>/<key>`.
 *
 * @throws {VideoError} `SHARD_INVALID` for a tar file that is broken, cut off or not alone in its file, a sample with no
 * video or with two, and an id that is there twice.
 */
export async function readShards(
  paths: readonly string[],
  { cache }: ReadShardsOptions,
): Promise<VideoDataset> {
  const samples = rowIndex();
  const ids = duplicateIds();
  const versions: string[] = [];
  for (const [shard, path] of paths.entries()) {
    versions.push(await shardVersion(path));
    for (const { id, start, length } of await indexShard(path)) {
      const block = textBlock(Buffer.from(id), 0);
      ids.add(block, 0, block.bytes.length);
      samples.add(start, length, shard);
    }
  }
  if (samples.length === 0) throw invalidShard(paths[0] ?? '', 'at least one sample', 'none');

  const name = basename(paths[0]!);
  const videos = videoCache(cache);
  const dataset: VideoDataset = {
    name,
    length: samples.length,
    async at(index) {
      if (!(index >= 0 && index < samples.length)) return outOfRange(name, samples.length, index);
      const { start, length, line: shard } = samples.at(index);
      const path = paths[shard]!;
      const version = versions[shard]!;
      if ((await shardVersion(path)) !== version) {
        throw invalidShard(path, 'the file as it was when it was opened', 'one that changed since');
      }
      return withShard(path, async (file) => {
        const members: TarMember[] = [];
        for await (const member of tarMembers(file, path, start, start + length)) members.push(member);
        const texts: Record<string, string> = {};
        for (const ending of TEXT_ENDINGS) {
          const member = members.find((each) => splitName(each.name)?.ending === ending);
          if (member) texts[ending] = (await contentOf(file, path, member)).toString('utf8');
        }
        const video = members.find(isVideo)!;
        const { ending, key } = splitName(video.name)!;
        return {
          ...readShardTexts(`${basename(path)}/${key}`, texts),
          source: await videos.get({ path, version }, video.start, ending, () =>
            contentOf(file, path, video),
          ),
        };
      });
    },
  };
  for (const { row, earlier } of ids.candidates()) {
    const [{ id }, before] = await Promise.all([dataset.at(row), dataset.at(earlier)]);
    const [here, there] = [row, earlier].map((each) => paths[samples.at(each).line]!);
    if (id === before.id) throw invalidShard(here!, 'every id once', `"${id}", which is already in ${there}`);
  }
  return dataset;
}
