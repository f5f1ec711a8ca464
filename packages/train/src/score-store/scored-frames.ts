import { eitherOf, type Field, nested, number, wholeNumber } from '@tgm/options';

/**
 * Which frames of a sample's section are scored: every n-th one from the first on, or the one on screen every so many seconds, from
 * 0.001. The last one always is, so that each frame of a clip lies between two that are.
 */
export type ScoredFrames = { readonly every: number } | { readonly seconds: number };

export const scoredFramesField = (): Field<ScoredFrames> =>
  eitherOf(
    '{ every: a whole number of frames from 1 } or { seconds: from 0.001 }',
    nested({ every: wholeNumber({ from: 1 }) }),
    nested({ seconds: number({ from: 0.001 }) }),
  );

/** Containers round times. A frame that begins this much later, in seconds, is on screen already. */
const ROUNDING = 1e-6;

/**
 * The numbers of the frames that are scored, ascending.
 *
 * @param times [frames] seconds at which each frame of the video appears.
 * @param range the frames of the section.
 */
export function scoredFrames(
  policy: ScoredFrames,
  times: ArrayLike<number>,
  { first, count }: { readonly first: number; readonly count: number },
): number[] {
  const last = first + count - 1;
  const frames = [first];
  if ('every' in policy) {
    for (let frame = first + policy.every; frame < last; frame += policy.every) frames.push(frame);
  } else {
    let frame = first;
    for (let step = 1; frame < last; step++) {
      const time = times[first]! + step * policy.seconds;
      while (frame < last && times[frame + 1]! <= time + ROUNDING) frame++;
      if (frame < last && frame !== frames.at(-1)) frames.push(frame);
    }
  }
  if (last > first) frames.push(last);
  return frames;
}
