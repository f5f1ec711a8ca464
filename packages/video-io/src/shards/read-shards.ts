import type { FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { optionTable, showValue, text } from '@tgm/options';
import { outOfRange } from '../datasets/out-of-range.js';
import { duplicateIds } from '../datasets/tables/duplicate-ids.js';
import { rowIndex } from '../datasets/tables/row-index.js';
import { textBlock } from '../datasets/tables/text-block.js';
import { VideoError } from '../errors.js';
import type { VideoDataset } from '../video.js';
import { classNameList } from './class-names.js';
import { indexShard } from './index-shard.js';
import { isVideo, splitName } from './member-names.js';
import {
  contentOf,
  invalidShard,
  LARGEST_CONTENT,
  LARGEST_TEXT,
  piecesOf,
  shardVersion,
  withShard,
} from './shard-file.js';
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

export const READ_SHARDS_OPTIONS = optionTable(
  'readShards',
  { cache: text() } satisfies Record<keyof ReadShardsOptions, unknown>,
  VideoError,
);

/** Samples in shards, with all files that belong to them. */
export interface ShardDataset extends VideoDataset {
  /** Endings of a sample's files in their order, in small letters: `mp4`, `json`, and what was attached. */
  endings(index: number): Promise<readonly string[]>;
  /**
   * The file of a sample with this ending, as `attach` of `prepareShards` gave it; nothing where there is none. At most
   * 2 GiB.
   */
  content(index: number, ending: string): Promise<Uint8Array | undefined>;
}

/**
 * The samples of WebDataset shards in order: neighbouring files of a tar file whose names are the same up to the first
 * dot, one of them a video. Opening reads the headers of all files and the `.json` files, and keeps 24 bytes of each sample.
 *
 * Ids are those of the samples' `.json`, else `<tar>/<key>`. The names of classes are those of `className` there, where every label
 * has one; a number between them that no sample has is called `class 3`.
 *
 * @throws {VideoError} `SHARD_INVALID` for a tar file that is broken, cut off or not alone in its file, a sample with no
 * video or with two, an id that is there twice, and two names of one class.
 */
export async function readShards(
  paths: readonly string[],
  options: ReadShardsOptions,
): Promise<ShardDataset> {
  const { cache } = READ_SHARDS_OPTIONS.check(options);
  if (!Array.isArray(paths) || paths.length === 0 || !paths.every((path) => typeof path === 'string')) {
    const expected = 'a list of paths of tar files, at least one';
    throw new VideoError('OPTION_INVALID', { where: 'readShards', expected, received: showValue(paths) });
  }
  const samples = rowIndex();
  const ids = duplicateIds();
  const versions: string[] = [];
  const classNames = classNameList();
  for (const [shard, path] of paths.entries()) {
    versions.push(await shardVersion(path));
    for (const { id, label, className, start, length } of await indexShard(path)) {
      const other = classNames.add(label, className);
      if (other !== undefined)
        throw invalidShard(
          path,
          `class ${showValue(label)} of "${id}" to be "${other}", as before`,
          showValue(className),
        );
      const block = textBlock(Buffer.from(id), 0);
      ids.add(block, 0, block.bytes.length);
      samples.add(start, length, shard);
    }
  }
  if (samples.length === 0) throw invalidShard(paths[0]!, 'at least one sample', 'none');

  const name = basename(paths[0]!);
  const classes = classNames.names();
  const videos = videoCache(cache);

  async function withSample<T>(index: number, use: (sample: OpenSample) => Promise<T>): Promise<T> {
    if (!(Number.isInteger(index) && index >= 0 && index < samples.length))
      return outOfRange(name, samples.length, index);
    const { start, length, line: shard } = samples.at(index);
    const path = paths[shard]!;
    const version = versions[shard]!;
    if ((await shardVersion(path)) !== version) {
      throw invalidShard(path, 'the file as it was when it was opened', 'one that changed since');
    }
    return withShard(path, async (file) => {
      const members: TarMember[] = [];
      for await (const member of tarMembers(file, path, start, start + length)) {
        if (splitName(member.name)) members.push(member);
      }
      return use({ file, path, version, members });
    });
  }

  const dataset: ShardDataset = {
    name,
    ...(classes && { classes }),
    length: samples.length,
    at: (index) =>
      withSample(index, async ({ file, path, version, members }) => {
        const texts: Record<string, string> = {};
        for (const ending of TEXT_ENDINGS) {
          const member = memberOf(members, ending);
          if (member) texts[ending] = (await contentOf(file, path, member, LARGEST_TEXT)).toString('utf8');
        }
        const video = members.find(isVideo)!;
        const { ending, key } = splitName(video.name)!;
        return {
          ...readShardTexts(`${basename(path)}/${key}`, texts),
          source: await videos.get({ path, version }, video.start, ending, () => piecesOf(file, path, video)),
        };
      }),
    endings: (index) =>
      withSample(index, async ({ members }) => members.map(({ name }) => splitName(name)!.ending)),
    content: (index, ending) =>
      withSample(index, async ({ file, path, members }) => {
        const member = memberOf(members, ending.toLowerCase());
        return member && (await contentOf(file, path, member, LARGEST_CONTENT));
      }),
  };
  for (const { row, earlier } of ids.candidates()) {
    const [{ id }, before] = await Promise.all([dataset.at(row), dataset.at(earlier)]);
    const [here, there] = [row, earlier].map((each) => paths[samples.at(each).line]!);
    if (id === before.id) throw invalidShard(here!, 'every id once', `"${id}", which is already in ${there}`);
  }
  return dataset;
}

/** A sample's files while their tar file is open. */
interface OpenSample {
  readonly file: FileHandle;
  readonly path: string;
  readonly version: string;
  readonly members: readonly TarMember[];
}

const memberOf = (members: readonly TarMember[], wanted: string): TarMember | undefined =>
  members.find(({ name }) => splitName(name)!.ending === wanted);
