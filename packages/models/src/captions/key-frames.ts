import { optionTable, wholeNumber } from '@tgm/options';
import { ModelError } from '../errors.js';

const table = optionTable(
  'keyFrames',
  { frameCount: wholeNumber({ from: 0 }), count: wholeNumber({ from: 1 }) },
  ModelError,
);

/**
 * The frames of a video to describe: the middles of `count` equal parts. TGM (Fan et al., ECCV 2024) describes three,
 * uniformly spaced.
 * @param frameCount the number of the video's frames.
 * @returns ascending numbers of frames, fewer than `count` where the video has fewer.
 * @throws ModelError with `OPTION_INVALID`
 */
export function keyFrames(frameCount: number, count = 3): number[] {
  table.check({ frameCount, count });
  const places = Array.from({ length: count }, (_, part) => Math.floor(((part + 0.5) * frameCount) / count));
  return [...new Set(places)].filter((place) => place < frameCount);
}
