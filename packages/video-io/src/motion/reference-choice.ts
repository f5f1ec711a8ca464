import type { LumaPlane } from './luma-plane.js';

/** A picture that a block may be predicted from. */
export interface Candidate {
  /** Frames from it to the predicted picture; negative when it is shown later. */
  readonly distance: number;
  readonly luma: LumaPlane | undefined;
}

/**
 * Frames from the picture that a block is predicted from to the block's own; negative when that picture is shown
 * later. The block's corner, size and offset are in coded pixels.
 */
export type DistanceOf = (
  left: number,
  top: number,
  width: number,
  height: number,
  x: number,
  y: number,
  forward: boolean,
) => number;

/** A picture farther away is taken when its mismatch is below this share of that of a nearer one. */
const CLEARLY_BETTER = 0.8;

/** Mean difference in levels of brightness below which a match is as good as the codec's noise lets it be. */
const AS_GOOD_AS_IT_GETS = 0.5;

/**
 * Chooses, block by block, the picture that a vector points to. FFmpeg tells the list of a vector (0 past, 1 future),
 * but not the place in it. With one candidate that is the answer. With several, the block is held against what
 * each of them shows where the vector points: the prediction that the encoder used fits best. Where several fit
 * alike, as in flat areas, the nearest is taken.
 */
export function chooseReference(
  current: LumaPlane | undefined,
  candidates: readonly Candidate[],
): DistanceOf {
  const near = (a: Candidate, b: Candidate) => Math.abs(a.distance) - Math.abs(b.distance);
  const past = candidates.filter(({ distance }) => distance > 0).sort(near);
  const future = candidates.filter(({ distance }) => distance < 0).sort(near);
  // Either list goes on with the pictures of the other side (ITU-T H.264, 8.2.4.2.3).
  const lists = [
    [...past, ...future],
    [...future, ...past],
  ] as const;
  return (left, top, width, height, x, y, forward) => {
    const list = lists[forward ? 1 : 0];
    const first = list[0];
    if (first === undefined) return forward ? -1 : 1;
    if (list.length === 1 || current === undefined) return first.distance;
    let { distance } = first;
    let least = Number.POSITIVE_INFINITY;
    for (const candidate of list) {
      if (candidate.luma === undefined) continue;
      const found = mismatch(current, candidate.luma, left, top, width, height, x, y);
      if (found < least * CLEARLY_BETTER) {
        least = found;
        distance = candidate.distance;
      }
      if (least < AS_GOOD_AS_IT_GETS) break;
    }
    return distance;
  };
}

/** Mean absolute difference of a block and what lies at an offset from it in another picture, on every second pixel. */
function mismatch(
  current: LumaPlane,
  reference: LumaPlane,
  left: number,
  top: number,
  width: number,
  height: number,
  x: number,
  y: number,
): number {
  const [shiftX, shiftY] = [Math.round(x), Math.round(y)];
  let sum = 0;
  let count = 0;
  for (let row = Math.max(0, top); row < Math.min(top + height, current.height); row += 2) {
    const from = Math.min(Math.max(row + shiftY, 0), reference.height - 1) * reference.stride;
    const own = row * current.stride;
    for (let column = Math.max(0, left); column < Math.min(left + width, current.width); column += 2) {
      const other = Math.min(Math.max(column + shiftX, 0), reference.width - 1);
      sum += Math.abs(current.samples[own + column]! - reference.samples[from + other]!);
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}
