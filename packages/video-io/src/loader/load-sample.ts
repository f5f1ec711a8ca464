import { seededRandom } from '@tgm/random';
import { flipClip } from '../augment/flip.js';
import { VideoError } from '../errors.js';
import type { VideoPool } from '../pool/video-pool.js';
import type { VideoClip, VideoInfo, VideoSample, VideoSource } from '../video.js';
import type { ClipPlan, ClipRecipe, FrameRange } from './recipe.js';

export interface LoadContext {
  readonly pool: VideoPool;
  readonly probe: (source: VideoSource) => Promise<VideoInfo>;
  readonly recipe: ClipRecipe;
  readonly seed: number | string;
  /** Also give motion vectors. */
  readonly motion: boolean;
}

/** A clip of a sample, ready for a batch. */
export interface LoadedClip extends VideoClip {
  /** Whether it was mirrored left to right, behind the crop that `geometry` tells. */
  readonly flipped: boolean;
}

/**
 * Makes the clips of one sample. What is drawn is a function of (seed, epoch, sample id) alone.
 *
 * @throws {VideoError} as the pool does.
 */
export async function loadSample(
  { pool, probe, recipe, seed, motion }: LoadContext,
  sample: VideoSample,
  epoch: number,
): Promise<LoadedClip[]> {
  const keys = [seed, 'clips', epoch, sample.id] as const;
  const decode = ({ indices, crop }: ClipPlan): Promise<VideoClip> =>
    pool.decode(sample.source, { indices, crop, size: recipe.size, motion });
  const decodeAll = async (info: VideoInfo) => {
    const plans = recipe.plan(info, rangeOf(sample, info), seededRandom(...keys));
    return { plans, clips: await Promise.all(plans.map(decode)) };
  };
  const info = await probe(sample.source);
  const { plans, clips } = await decodeAll(info).catch((error: unknown) => {
    // Headers of some containers count a few frames too many. The decoder knows how many there are: draw again from that.
    const frames =
      error instanceof VideoError && error.code === 'FRAME_OUT_OF_RANGE' ? error.frames : undefined;
    if (!frames) throw error;
    return decodeAll({ ...info, frames });
  });
  return clips.map((clip, view) => {
    const flipped = plans[view]!.flip;
    if (flipped) flipClip(clip);
    recipe.change?.(clip, seededRandom(...keys, view));
    return { ...clip, flipped };
  });
}

/**
 * The frames between a sample's `start` and `end`, at the video's mean frame rate.
 *
 * @throws {VideoError} `FRAME_OUT_OF_RANGE` when it begins behind the video's end, or the frame rate is not known.
 */
function rangeOf({ source, start = 0, end }: VideoSample, info: VideoInfo): FrameRange {
  const frames = Math.max(info.frames, 1);
  const first = Math.round(start * info.fps);
  if (first >= frames || (info.fps === 0 && (start > 0 || end !== undefined))) {
    throw new VideoError('FRAME_OUT_OF_RANGE', {
      source,
      expected: `a section inside ${frames} frames at ${info.fps} fps`,
      received: `one from ${start} s`,
    });
  }
  const past = end === undefined ? frames : Math.round(end * info.fps);
  return { first, count: Math.max(Math.min(past, frames) - first, 1) };
}
