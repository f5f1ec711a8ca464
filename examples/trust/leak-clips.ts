import { join } from 'node:path';
import { TINY_CLIP_FOLDER } from '@tgm/cli';
import { progress } from '@tgm/cli/program';
import { attentionCue, type TokenScores } from '@tgm/masking';
import { clipModelPatchTextEncoder, loadClipModel } from '@tgm/models';
import { type CaptionedClip, type DecodedClip, decodeClips, scoreClips } from '@tgm/train';
import { readManifest, type VideoPool, videoPool } from '@tgm/video-io';
import { clipRecipe, GRID } from '../moving-shapes/clip-shape.js';
import { makeMovingShapes, manifestPath } from '../moving-shapes/index.js';
import type { TrustWork } from './part.js';

/** A clip with all that the masks of the leak's table read of it. */
export interface LeakClip extends CaptionedClip {
  /** What CLIP's class token attends to. */
  readonly attention: TokenScores;
}

export interface LeakClips {
  readonly train: readonly LeakClip[];
  readonly test: readonly LeakClip[];
}
/** As in the demo, whose data set it is. */
const FULL = { train: 2000, test: 500 };
const QUICK = { train: 48, test: 24 };

/** Moving Shapes to train and to measure on: decoded with motion vectors, scored against its captions by the tiny CLIP. */
export async function leakClips({
  data,
  quick,
  seed,
  workers,
  engine,
  signal,
}: TrustWork): Promise<LeakClips> {
  const counts = quick ? QUICK : FULL;
  const folder = join(data, `moving-shapes-${quick ? 'few-' : ''}${seed}`);
  const made = progress('render and encode', counts.train + counts.test, 'clips', 0, process.stderr);
  const onProgress = ({ done }: { readonly done: number }) => made.update(done);
  await makeMovingShapes({ folder, ...counts, seed, workers, signal, onProgress });
  made.end();
  const encoder = clipModelPatchTextEncoder({
    ...(await loadClipModel(TINY_CLIP_FOLDER)),
    engine,
    variant: 'value',
  });
  const pool = videoPool({ workers });
  const clipsOf = async (split: 'train' | 'test'): Promise<LeakClip[]> => {
    const decoded = await decodeSplit(folder, split, pool, workers, signal);
    const shown = progress(`score patches, ${split}`, decoded.length, 'clips', 0, process.stderr);
    const scored: LeakClip[] = [];
    const given = { encoder, clips: decoded, grid: GRID, scoredFrames: 'first', signal } as const;
    for await (const group of scoreClips(given)) {
      for (const clip of group) {
        const { frames, height, width } = clip;
        const maps = await encoder.encodeAttention({ frames, height, width });
        scored.push({ ...clip, attention: attentionCue({ maps, grid: GRID }) });
      }
      shown.update(scored.length);
    }
    signal.throwIfAborted();
    shown.end();
    return scored;
  };
  try {
    return { train: await clipsOf('train'), test: await clipsOf('test') };
  } finally {
    await pool.close();
  }
}

async function decodeSplit(
  folder: string,
  split: 'train' | 'test',
  pool: VideoPool,
  workers: number,
  signal: AbortSignal,
): Promise<DecodedClip[]> {
  const dataset = await readManifest(manifestPath(folder, split));
  const recipe = clipRecipe();
  const shown = progress(`decode, ${split}`, dataset.length, 'videos', 0, process.stderr);
  const decoded: DecodedClip[] = [];
  const options = { dataset, pool, recipe, grid: GRID, concurrency: 2 * workers, signal };
  for await (const each of decodeClips(options)) {
    if ('error' in each) throw each.error;
    decoded.push(...each.clips);
    shown.update(decoded.length);
  }
  signal.throwIfAborted();
  shown.end();
  return decoded;
}
