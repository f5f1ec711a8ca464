import type { BlockVisit } from './codec-vectors.js';
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
export type DistanceOf = (...block: Parameters<BlockVisit>) => number;

/**
 * A picture farther away is taken when its mismatch is below this share of that of a nearer one. Between 0.6 and 0.95 the
 * README's figures stay the same: right and wrong pictures lie far apart.
 */
const CLEARLY_BETTER = 0.8;

/** Offsets below this many pixels on both axes are not held against pictures: all of them look alike there. */
const TELLING = 1;

/**
 * Chooses, block by block, the picture that a vector points to. FFmpeg tells the list of a vector (0 past, 1 future),
 * but not the place in it. With one candidate that is the answer. With several, the block is held against what
 * each of them shows where the vector points: the prediction that the encoder used fits best. Where several fit
 * alike, as in flat areas and for offsets below a pixel, the nearest is taken.
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
    const still = Math.abs(x) < TELLING && Math.abs(y) < TELLING;
    if (list.length === 1 || current === undefined || still) return first.distance;
    let { distance } = first;
    let least = Number.POSITIVE_INFINITY;
    for (const candidate of list) {
      if (candidate.luma === undefined) continue;
      const enough = least * CLEARLY_BETTER;
      const found = mismatch(current, candidate.luma, left, top, width, height, x, y, enough);
      if (found >= enough) continue;
      least = found;
      distance = candidate.distance;
    }
    return distance;
  };
}

/**
 * Mean absolute difference of a block and what lies at an offset from it in another picture, on a raster of 16 of its
 * pixels. Where it comes to `enough` or more, any number from there on.
 */
function mismatch(
  current: LumaPlane,
  reference: LumaPlane,
  left: number,
  top: number,
  width: number,
  height: number,
  x: number,
  y: number,
  enough: number,
): number {
  const shiftX = Math.round(x);
  const shiftY = Math.round(y);
  const stepX = width >> 2;
  const stepY = height >> 2;
  const endRow = Math.min(top + height, current.height);
  const endColumn = Math.min(left + width, current.width);
  const { samples } = current;
  const { samples: others, width: otherWidth, height: otherHeight } = reference;
  const most = enough * 16;
  let sum = 0;
  let count = 0;
  for (let row = Math.max(0, top + (stepY >> 1)); row < endRow && sum < most; row += stepY) {
    const from = Math.min(Math.max(row + shiftY, 0), otherHeight - 1) * reference.stride;
    const own = row * current.stride;
    for (let column = Math.max(0, left + (stepX >> 1)); column < endColumn; column += stepX) {
      const other = Math.min(Math.max(column + shiftX, 0), otherWidth - 1);
      sum += Math.abs(samples[own + column]! - others[from + other]!);
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}
