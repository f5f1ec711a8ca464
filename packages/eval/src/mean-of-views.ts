import { ShapeMismatchError } from './errors.js';

/**
 * What several views of each video say together: the mean of the views' softmax, as VideoMAE's test does.
 *
 * @param logits [videos, views, classes]
 * @returns [videos, classes] probabilities.
 * @throws ShapeMismatchError unless `logits` holds whole videos.
 */
export function meanOfViews(logits: Float32Array, views: number, classes: number): Float64Array {
  const videos = logits.length / (views * classes);
  if (!Number.isInteger(videos)) {
    const expected = `a multiple of ${views} views x ${classes} classes`;
    throw new ShapeMismatchError('meanOfViews', expected, `${logits.length} logits`);
  }
  const probabilities = new Float64Array(videos * classes);
  for (let row = 0; row < videos * views; row++) {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    const largest = scores.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
    const exponentials = Array.from(scores, (score) => Math.exp(score - largest));
    const sum = exponentials.reduce((total, value) => total + value, 0);
    const start = Math.floor(row / views) * classes;
    for (const [index, value] of exponentials.entries())
      probabilities[start + index]! += value / (sum * views);
  }
  return probabilities;
}
