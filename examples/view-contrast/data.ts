import { join } from 'node:path';
import { progress } from '@tgm/cli/program';
import type { VideoMaeEncoder } from '@tgm/models';
import { decodeClips } from '@tgm/train';
import { readManifest, testRecipe, type VideoDataset, type VideoPool } from '@tgm/video-io';
import { makeMovingShapes, manifestPath, readRows } from '../moving-shapes/index.js';
import { objectOf } from './objects.js';
import { FRAME_COUNT, SIZE } from './settings.js';

/** Clips that encoders are measured on. */
export interface LabelledClips {
  /** [8, 32, 32, 3] each, RGB, 0-255. */
  readonly clips: readonly Uint8Array[];
  /** Colour and shape of the object that the captions name, one of `OBJECTS`. */
  readonly labels: Int32Array;
}

export interface Data {
  /** Videos to train on; none is kept in memory. */
  readonly videos: VideoDataset;
  readonly train: LabelledClips;
  readonly test: LabelledClips;
}

export interface DataOptions {
  readonly folder: string;
  readonly counts: { readonly train: number; readonly test: number };
  readonly seed: number;
  readonly pool: VideoPool;
  readonly model: VideoMaeEncoder;
  readonly signal: AbortSignal;
}

/** Makes Moving Shapes where it is not there yet, and decodes a clip of each video for the measurements. */
export async function prepareData({ folder, counts, seed, pool, model, signal }: DataOptions): Promise<Data> {
  const made = progress('render and encode', counts.train + counts.test, 'clips');
  const path = join(folder, `view-contrast-${counts.train}-${seed}`);
  await makeMovingShapes({
    folder: path,
    ...counts,
    seed,
    workers: pool.workers,
    signal,
    onProgress: ({ done }) => made.update(done),
  });
  made.end(path);
  const decoded = progress('decode', counts.train + counts.test, 'clips');
  const train = await decode('train', 0);
  const test = await decode('test', counts.train);
  decoded.end();
  return { videos: await readManifest(manifestPath(path, 'train')), train, test };

  async function decode(split: string, before: number): Promise<LabelledClips> {
    const dataset = await readManifest(manifestPath(path, split));
    const rows = await readRows(path, split);
    const recipe = testRecipe({
      sampling: { kind: 'dense', stride: 2 },
      frameCount: FRAME_COUNT,
      size: SIZE,
      clips: 1,
      crops: 1,
    });
    const clips: Uint8Array[] = [];
    const concurrency = 2 * pool.workers;
    for await (const each of decodeClips({ dataset, pool, recipe, grid: model.grid, concurrency, signal })) {
      if ('error' in each) throw each.error;
      clips.push(each.clips[0]!.frames);
      decoded.update(before + clips.length);
    }
    signal.throwIfAborted();
    return { clips, labels: Int32Array.from(rows, objectOf) };
  }
}
