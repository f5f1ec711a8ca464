import { type Random, uniformIndex } from '@tgm/random';

/**
 * Starts of a first clip and of `count` others near to it (CVRL, Qian et al. 2021, section 3.3). The distance of each to the first
 * is drawn from 0 ... `last` with a probability that falls linearly: 2 (last - t) + 1 parts of (last + 1)^2. Then the place of
 * all is drawn uniformly, and whether the others come behind the first or before it. `count` + 2 draws.
 *
 * @param last the latest start, from 0.
 * @returns [1 + count] starts from 0 to `last`.
 */
export function nearbyStarts(count: number, last: number, random: Random): number[] {
  const distances = Array.from({ length: count }, () => decreasing(last, random()));
  const room = last - Math.max(...distances, 0);
  const place = uniformIndex(room + 1, random);
  const behind = random() < 0.5;
  const starts = [0, ...distances].map((distance) => place + distance);
  return behind ? starts : starts.map((start) => last - start);
}

/** The inverse of the distribution 1 - (1 - x)^2 on 0 ... last. @param drawn [0, 1). */
function decreasing(last: number, drawn: number): number {
  return Math.min(Math.floor((last + 1) * (1 - Math.sqrt(1 - drawn))), last);
}
