/** A number for each of `count` things, by their position. */
export type Keys = ArrayLike<number>;

/**
 * Positions 0 ... scores.length - 1 from the largest score to the smallest. Equal scores go by `ties` ascending, or by
 * position where no `ties` are given.
 */
export function rankDescending(scores: Keys, ties?: Keys): number[] {
  const positions = Array.from({ length: scores.length }, (_, position) => position);
  return positions.sort((a, b) => scores[b]! - scores[a]! || (ties ? ties[a]! - ties[b]! : a - b));
}
