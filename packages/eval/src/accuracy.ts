import { ShapeMismatchError } from './errors.js';
import type { Labels } from './features.js';

/** Place of the right class when scores are sorted, 1 the best; of equal scores the lower class comes first. */
export function rankOfLabel(scores: Float64Array, row: number, classes: number, label: number): number {
  const right = scores[row * classes + label]!;
  let rank = 1;
  for (let c = 0; c < classes; c++) {
    const score = scores[row * classes + c]!;
    if (score > right || (score === right && c < label)) rank++;
  }
  return rank;
}

/** Percentage of rows of `scores` [count, classes] whose right class is among the best `k`. */
export function topK(scores: Float64Array, labels: Labels, classes: number, k: number): number {
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    if (rankOfLabel(scores, row, classes, labels[row]!) <= k) right++;
  }
  return (100 * right) / labels.length;
}

/** The best class of each row, the lowest number where several tie. */
export function bestClasses(scores: Float64Array, count: number, classes: number): Int32Array {
  const best = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    for (let c = 1; c < classes; c++) {
      if (scores[row * classes + c]! > scores[row * classes + best[row]!]!) best[row] = c;
    }
  }
  return best;
}

/**
 * Percentage of right predictions among the examples that `members` marks, NaN where it marks none.
 * Throws {@link ShapeMismatchError} when the three lengths differ.
 */
export function subsetAccuracy(predictions: Labels, labels: Labels, members: ArrayLike<boolean>): number {
  if (predictions.length !== labels.length || members.length !== labels.length) {
    throw new ShapeMismatchError(
      'subsetAccuracy',
      `${labels.length} predictions and ${labels.length} members`,
      `${predictions.length} and ${members.length}`,
    );
  }
  let size = 0;
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    if (!members[i]) continue;
    size++;
    if (predictions[i] === labels[i]) right++;
  }
  return (100 * right) / size;
}
