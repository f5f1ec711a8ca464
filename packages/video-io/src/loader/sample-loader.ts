import { flag, optional, optionTable, showValue } from '@tgm/options';
import { type Random, seededRandom } from '@tgm/random';
import { flipClip } from '../augment/flip.js';
import { someLimits, type VideoLimits } from '../container/limits.js';
import { requireSample } from '../datasets/sample.js';
import { VideoError } from '../errors.js';
import { poolField } from '../pool/pool-field.js';
import type { VideoPool } from '../pool/video-pool.js';
import type { VideoClip, VideoSample } from '../video.js';
import type { ClipPlan, UntoldRecipe } from './recipe.js';
import { recipeField } from './recipe-field.js';
import { sectionMemory } from './section-memory.js';

export interface SampleLoaderOptions {
  readonly pool: VideoPool;
  readonly recipe: UntoldRecipe;
  /** Also give motion vectors. Default false. */
  readonly motion?: boolean;
  /** What a video may cost. Default: the pool's own limits. */
  readonly limits?: Partial<VideoLimits>;
}

const OPTIONS = optionTable(
  'sampleLoader',
  {
    pool: poolField(),
    recipe: recipeField(),
    motion: optional(flag(), false),
    limits: optional(someLimits(), {}),
  } satisfies Record<keyof SampleLoaderOptions, unknown>,
  VideoError,
);

/** A clip of a sample, ready for a batch. */
export interface LoadedClip extends VideoClip {
  /** Whether it was mirrored left to right, behind the crop that `geometry` tells. */
  readonly flipped: boolean;
}

/**
 * The clips of a sample, as many as the recipe's `clips`. All chance comes from `random`.
 *
 * @throws {VideoError} as the pool does, `FRAME_OUT_OF_RANGE` for a section without pictures.
 */
export type SampleLoader = (sample: VideoSample, random: Random) => Promise<readonly LoadedClip[]>;

/**
 * The one way from a sample to its clips: its section, the recipe's frames and crops, decoding, flips and changes of the
 * pixels. The sections of the videos are found once and remembered.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function sampleLoader(options: SampleLoaderOptions): SampleLoader {
  const { pool, recipe, motion, limits } = OPTIONS.check(options);
  const find = sectionMemory(pool, limits);
  return async (sample, random) => {
    requireSample('sampleLoader, argument sample', sample);
    // A key of its own for the changes: the number of draws that a plan makes does not move them.
    const key = random();
    const { info, range } = await find(sample);
    const plans = recipe.plan(info, range, random);
    requirePlans(recipe, plans);
    const decode = ({ indices, crop }: ClipPlan): Promise<VideoClip> =>
      pool.decode(sample.source, { indices, crop, size: recipe.size, motion, limits });
    const clips = await Promise.all(plans.map(decode));
    return clips.map((clip, view) => {
      const flipped = plans[view]!.flip;
      if (flipped) flipClip(clip);
      recipe.change?.(clip, seededRandom(key, view), view);
      return { ...clip, flipped };
    });
  };
}

function requirePlans({ clips }: UntoldRecipe, plans: readonly ClipPlan[]): void {
  if (Array.isArray(plans) && plans.length === clips) return;
  throw new VideoError('OPTION_INVALID', {
    where: 'sampleLoader, option recipe',
    expected: `as many clips of each sample as it says, ${clips}`,
    received: Array.isArray(plans) ? `${plans.length}` : showValue(plans),
  });
}
