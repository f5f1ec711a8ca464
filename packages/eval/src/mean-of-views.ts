import { optionTable, wholeNumber } from '@tgm/options';
import { EvaluationError } from './errors.js';
import { floats } from './option-fields.js';

const ARGUMENTS = optionTable(
  'meanOfViews',
  { logits: floats(), views: wholeNumber({ from: 1 }), classes: wholeNumber({ from: 1 }) },
  EvaluationError,
);

/**
 * What several views of each video say together: the mean of the views' softmax, as VideoMAE's test does.
 *
 * @param logits [videos, views, classes]
 * @param views From 1.
 * @param classes From 1.
 * @returns [videos, classes] probabilities.
 * @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH` unless `logits` holds whole videos, `NON_FINITE_LOGIT`.
 */
export function meanOfViews(logits: Float32Array, views: number, classes: number): Float64Array {
  ARGUMENTS.check({ logits, views, classes });
  const videos = logits.length / (views * classes);
  if (!Number.isInteger(videos)) {
    throw new EvaluationError('SHAPE_MISMATCH', {
      where: 'meanOfViews',
      expected: `a multiple of ${views} views x ${classes} classes`,
      received: `${logits.length} logits`,
    });
  }
  const bad = logits.findIndex((logit) => !Number.isFinite(logit));
  if (bad >= 0) {
    throw new EvaluationError('NON_FINITE_LOGIT', {
      where: `meanOfViews, view ${Math.floor(bad / classes) % views} of video ${Math.floor(bad / (views * classes))}`,
      expected: 'finite logits',
      received: `${logits[bad]}`,
    });
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
