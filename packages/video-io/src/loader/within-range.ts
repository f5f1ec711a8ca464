import type { FrameRange } from './recipe.js';

/** The same frames, counted from the video's first one instead of the range's. */
export function withinRange({ first }: FrameRange, indices: readonly number[]): number[] {
  return indices.map((index) => first + index);
}
