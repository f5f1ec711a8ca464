import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { outOfRange } from '../datasets/out-of-range.js';
import { type RowIndex, rowIndex } from '../datasets/row-index.js';
import { VIDEO_ENDINGS } from '../datasets/video-endings.js';
import { VideoError } from '../errors.js';
import type { VideoDataset } from '../video.js';
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
 * dot, one of them a video. Opening reads the headers of all files and keeps 16 bytes of each sample.
 *
 * Ids are those of the samples' `.json`, else `<tar>/<key>`. That ids are not the same in two shards is not checked.
 *
 * @throws {VideoError} `SHARD_INVALID` for a broken tar file, or a sample with no video or with two.
 */
export async function readShards(
  paths: readonly string[],
  { cache }: ReadShardsOptions,
): Promise<VideoDataset> {
  const samples = rowIndex();
  for (const [shard, path] of paths.entries()) {
    await withFile(path, async (file, size) => indexShard(file, path, size, shard, samples));
  }
  if (samples.length === 0) throw invalid(paths[0] ?? '', 'expected at least one sample, got none');
  const name = basename(paths[0]!);
  const videos = videoCache(cache);
  return {
    name,
    length: samples.length,
    async at(index) {
      if (!(index >= 0 && index < samples.length)) return outOfRange(name, samples.length, index);
      const { start, length, line: shard } = samples.at(index);
      const path = paths[shard]!;
      return withFile(path, async (file) => {
        const members: TarMember[] = [];
        for await (const member of tarMembers(file, path, start, start + length)) members.push(member);
        const texts: Record<string, string> = {};
        for (const ending of TEXT_ENDINGS) {
          const member = members.find((each) => split(each.name).ending === ending);
          if (member) texts[ending] = (await contentOf(file, member)).toString('utf8');
        }
        const video = members.find(isVideo) ?? outdated(path);
        const { ending, key } = split(video.name);
        return {
          ...readShardTexts(`${basename(path)}/${key}`, texts),
          source: await videos.get(path, video.start, ending, () => contentOf(file, video)),
        };
      });
    },
  };
}

async function indexShard(
  file: FileHandle,
  path: string,
  size: number,
  shard: number,
  samples: RowIndex,
): Promise<void> {
  const keys = new Set<string>();
  let open: { key: string; start: number; end: number; videos: number } | undefined;
  const close = (): void => {
    if (!open) return;
    if (open.videos !== 1)
      throw invalid(path, `expected one video in sample "${open.key}", got ${open.videos}`);
    samples.add(open.start, open.end - open.start, shard);
  };
  for await (const member of tarMembers(file, path, 0, size)) {
    const { key } = split(member.name);
    if (key !== open?.key) {
      close();
      if (keys.has(key))
        throw invalid(path, `expected the files of "${key}" beside each other, got others between`);
      keys.add(key);
      open = { key, start: member.headerStart, end: 0, videos: 0 };
    }
    open.end = member.end;
    if (isVideo(member)) open.videos += 1;
  }
  close();
}

/** WebDataset's rule: the key ends at the first dot of the name behind the last slash. */
function split(name: string): { key: string; ending: string } {
  const dot = name.indexOf('.', name.lastIndexOf('/') + 1);
  return dot < 0
    ? { key: name, ending: '' }
    : { key: name.slice(0, dot), ending: name.slice(dot + 1).toLowerCase() };
}

const isVideo = ({ name }: TarMember): boolean => VIDEO_ENDINGS.has(split(name).ending);

async function contentOf(file: FileHandle, { start, size }: TarMember): Promise<Buffer> {
  const { buffer } = await file.read(Buffer.alloc(size), 0, size, start);
  return buffer;
}

async function withFile<T>(path: string, use: (file: FileHandle, size: number) => Promise<T>): Promise<T> {
  const file = await open(path).catch((error: Error) => {
    throw invalid(path, error.message);
  });
  try {
    return await use(file, (await file.stat()).size);
  } finally {
    await file.close();
  }
}

function outdated(path: string): never {
  throw invalid(path, 'the file changed since it was opened');
}

function invalid(path: string, message: string): VideoError {
  return new VideoError('SHARD_INVALID', `${path}: ${message}.`, { source: path });
}
