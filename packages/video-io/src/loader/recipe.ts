import type { Description } from '@tgm/options';
import type { Random } from '@tgm/random';
import type { Rectangle, Size, VideoClip, VideoInfo } from '../video.js';

/** The frames of a video that a sample is about. */
export interface FrameRange {
  readonly first: number;
  /** At least 1. */
  readonly count: number;
}

/** One clip to be taken of a video. */
export interface ClipPlan {
  /** [T] frame numbers of the video. */
  readonly indices: readonly number[];
  /** Part of the displayed frame. */
  readonly crop: Rectangle;
  /** Mirror it left to right. */
  readonly flip: boolean;
}

/**
 * How samples become clips. A recipe is a value: `pretrainingRecipe`, `fineTuningRecipe` and `testRecipe` make the
 * published ones, any object with these members will do.
 */
export interface ClipRecipe {
  /** Size of the clips' frames. */
  readonly size: Size;
  /** Clips that `plan` gives of every sample. */
  readonly clips: number;
  /** What to take of a video. All that is drawn comes from `random`, so that the same sample and epoch give the same. */
  plan(video: VideoInfo, range: FrameRange, random: Random): readonly ClipPlan[];
  /** Changes the pixels of a decoded clip, in place. @param place which of the sample's clips it is, from 0. */
  readonly change?: (clip: VideoClip, random: Random, place: number) => void;
  /**
   * What the recipe is: the function that made it and each of its options, in JSON. A run keeps it. Two recipes with the same
   * description make the same clips. `describer` of `@tgm/options` makes it from a table of options.
   */
  describe(): Description;
}

/** A recipe that does not tell what it is: enough to load by, not to tell a run from another. */
export type UntoldRecipe = Omit<ClipRecipe, 'describe'>;
