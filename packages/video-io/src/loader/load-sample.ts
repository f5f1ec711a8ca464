import { seededRandom } from '@tgm/random';
import { flipClip } from '../augment/flip.js';
import type { VideoLimits } from '../container/limits.js';
import type { VideoPool } from '../pool/video-pool.js';
import type { VideoClip, VideoSample } from '../video.js';
import type { ClipPlan, ClipRecipe } from './recipe.js';
import type { FoundSection } from './section-memory.js';

export interface LoadContext {
  readonly pool: VideoPool;
  readonly find: (sample: VideoSample) => Promise<FoundSection>;
  readonly recipe: ClipRecipe;
  readonly seed: number | string;
  /** Also give motion vectors. */
  readonly motion: boolean;
  readonly limits: Partial<VideoLimits>;
}

/** A clip of a sample, ready for a batch. */
export interface LoadedClip extends VideoClip {
  /** Whether it was mirrored left to right, behind the crop that `geometry` tells. */
  readonly flipped: boolean;
}

/**
 * Makes the clips of one sample. What is drawn is a function of (seed, epoch, sample id) alone.
 *
 * @throws {VideoError} as the pool does, `FRAME_OUT_OF_RANGE` for a section without pictures.
 */
export async function loadSample(
  { pool, find, recipe, seed, motion, limits }: LoadContext,
  sample: VideoSample,
  epoch: number,
): Promise<LoadedClip[]> {
  const keys = [seed, 'clips', epoch, sample.id] as const;
  const { info, range } = await find(sample);
  const plans = recipe.plan(info, range, seededRandom(...keys));
  const decode = ({ indices, crop }: ClipPlan): Promise<VideoClip> =>
    pool.decode(sample.source, { indices, crop, size: recipe.size, motion, limits });
  const clips = await Promise.all(plans.map(decode));
  return clips.map((clip, view) => {
    const flipped = plans[view]!.flip;
    if (flipped) flipClip(clip);
    recipe.change?.(clip, seededRandom(...keys, view));
    return { ...clip, flipped };
  });
}
