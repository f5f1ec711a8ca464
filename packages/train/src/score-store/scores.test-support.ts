import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetOf, type VideoDataset, type VideoPool, type VideoSample } from '@tgm/video-io';
import { writeStripes } from '../data/test-videos.test-support.js';
import { cellsEncoder } from './cells-encoder.test-support.js';
import type { WriteScoresOptions } from './write-scores.js';

/** Five videos of stripes, of 2 s each; the fourth has no caption, the fifth is about its second half. */
export async function writeVideos(folder: string): Promise<VideoDataset> {
  const captions = [['a', 'bb', 'a'], ['ccc'], ['a'], [], ['dddd', 'ee']];
  const samples = await Promise.all(
    captions.map(async (list, i): Promise<VideoSample> => {
      const stripes = await writeStripes(folder, `v${i}`, { stripe: 3 + i, speed: 1 });
      return { ...stripes, captions: list, ...(i === 4 && { start: 1 }) };
    }),
  );
  return datasetOf('stripes', samples);
}

/** Three shards. */
export const scoring = (folder: string, dataset: VideoDataset, pool: VideoPool): WriteScoresOptions => ({
  folder,
  dataset,
  pool,
  encoder: cellsEncoder(),
  frames: { every: 5 },
  detail: 1,
  shardSize: 2,
});

/** The files of a folder, in hexadecimal by their names. */
export async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, (await readFile(join(folder, name))).toString('hex')]),
    ),
  );
}
