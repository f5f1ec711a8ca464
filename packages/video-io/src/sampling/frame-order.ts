import { chooseIndices, type Random, uniformIndex } from '@tgm/random';

/**
 * The order in which a clip shows its frames:
 *
 * - `forward`: as they were;
 * - `shuffled`: in any other order;
 * - `repeated`: one drawn frame of the clip, as often as it has frames.
 *
 * The last two break the relations in time of a clip that is otherwise the same (intra-negatives, Tao et al. 2020, section 3).
 */
export type FrameOrder = 'forward' | 'shuffled' | 'repeated';

/** @param indices [T] frames in time. @returns [T] some of the same. T draws for `shuffled`, one for `repeated`. */
export function reorderFrames(indices: readonly number[], order: FrameOrder, random: Random): number[] {
  if (order === 'forward') return [...indices];
  if (order === 'repeated') {
    const drawn = indices[uniformIndex(indices.length, random)]!;
    return indices.map(() => drawn);
  }
  const places = [...chooseIndices(indices.length, indices.length, random)];
  // What came out in order is turned by one place, so that it is never the clip itself.
  if (places.every((place, i) => place === i)) places.push(places.shift()!);
  return places.map((place) => indices[place]!);
}
