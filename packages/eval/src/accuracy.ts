import { optionTable } from '@tgm/options';
import { EvaluationError } from './errors.js';
import type { Labels } from './features.js';
import { labels as labelList, marks } from './option-fields.js';
import { chanceAmongFirst } from './ties.js';

const SUBSET = optionTable(
  'subsetAccuracy',
  { predictions: labelList(), labels: labelList(), members: marks() },
  EvaluationError,
);

/**
 * 1 where the right class is among the best `k` of a row of `scores` [count, classes], 0 where not. Where it ties with
 * others for the last of these places: the chance to get one in a random order of the tied. A score of -Infinity is no hit.
 */
export function hitAmong(
  k: number,
  scores: Float64Array | Float32Array,
  row: number,
  classes: number,
  label: number,
): number {
  const right = scores[row * classes + label]!;
  if (right === Number.NEGATIVE_INFINITY) return 0;
  let above = 0;
  let tied = 0;
  for (let c = 0; c < classes; c++) {
    const score = scores[row * classes + c]!;
    if (score > right) above++;
    else if (score === right) tied++;
  }
  return chanceAmongFirst(k - above, tied, 1);
}

/** The best class of each row, the lowest number where several tie. */
export function bestClasses(scores: Float64Array | Float32Array, count: number, classes: number): Int32Array {
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
 *
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH` when the three lengths differ.
 */
export function subsetAccuracy(predictions: Labels, labels: Labels, members: ArrayLike<boolean>): number {
  SUBSET.check({ predictions, labels, members });
  if (predictions.length !== labels.length || members.length !== labels.length) {
    throw new EvaluationError('SHAPE_MISMATCH', {
      where: 'subsetAccuracy',
      expected: `${labels.length} predictions and ${labels.length} members`,
      received: `${predictions.length} and ${members.length}`,
    });
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
