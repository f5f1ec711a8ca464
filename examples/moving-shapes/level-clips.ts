import { type DecodedClip, decodeClips } from '@tgm/train';
import { readManifest, type VideoPool } from '@tgm/video-io';
import { clipRecipe, GRID } from './clip-shape.js';
import { type Level, type MakeProgress, makeMovingShapes, manifestPath } from './index.js';

export interface LevelClipsOptions {
  /** Gets a folder of clips. */
  readonly folder: string;
  readonly level: Level;
  readonly train: number;
  readonly test: number;
  readonly seed: number;
  readonly pool: VideoPool;
  readonly onProgress?: (progress: MakeProgress) => void;
  readonly signal: AbortSignal;
}

/** Both splits in order. */
export interface LevelClips {
  readonly train: readonly DecodedClip[];
  readonly test: readonly DecodedClip[];
}

/**
 * Clips of a level, written as files and decoded in the size that the demo's model reads. Rejects with the signal's reason after a
 * stop.
 */
export async function levelClips({ pool, ...making }: LevelClipsOptions): Promise<LevelClips> {
  const { folder, level, signal } = making;
  await makeMovingShapes({ ...making, workers: pool.workers });
  async function decoded(split: 'train' | 'test'): Promise<DecodedClip[]> {
    const dataset = await readManifest(manifestPath(folder, split, level.captions[0]!));
    const clips: DecodedClip[] = [];
    const given = { dataset, pool, recipe: clipRecipe(), grid: GRID, concurrency: 2 * pool.workers, signal };
    for await (const sample of decodeClips(given)) {
      if ('error' in sample) throw sample.error;
      clips.push(...sample.clips);
    }
    signal.throwIfAborted();
    return clips;
  }
  return { train: await decoded('train'), test: making.test > 0 ? await decoded('test') : [] };
}
