import { optionTable, passing } from '@tgm/options';
import { bestClasses, hitAmong } from './accuracy.js';
import { EvaluationError } from './errors.js';
import { checkCount, checkLabels, type Labels } from './features.js';
import { classCount, labels as labelList } from './option-fields.js';
import { figuresOf, type Outcome } from './outcome.js';
import { meansByClass } from './summaries.js';

export interface ClassificationOptions {
  /** [count, classes] the larger, the likelier. A class with -Infinity is never right, not even where all are. */
  readonly scores: Float64Array | Float32Array;
  /** [count] */
  readonly labels: Labels;
  /** From 1. */
  readonly classes: number;
}

/** How many examples are right. All are percentages; equal scores share a hit. */
export interface Accuracies {
  /** Examples whose class was the best, and among the five best. */
  readonly top1: number;
  readonly top5: number;
  /**
   * The same for each class that has examples, and the mean over these classes: a rare one counts as much as a frequent one.
   * The first is also called balanced accuracy, the second mean top-5 recall.
   */
  readonly classMeanTop1: number;
  readonly classMeanTop5: number;
  /** These four, example by example. */
  readonly outcome: Outcome;
}

/** What scores of classes get right, and the scores. */
export interface Classification extends Accuracies {
  /** [classes] top-1 accuracy among the examples of each class; NaN for a class without an example. */
  readonly perClass: Float64Array;
  /** [classes, classes] examples of the row's class that were taken for the column's. */
  readonly confusion: Uint32Array;
  /** [count] the best class, the lowest number where several tie. */
  readonly predictions: Int32Array;
  /** [count, classes] the larger, the likelier. */
  readonly scores: Float64Array | Float32Array;
}

export const SCORES_FIELDS = {
  scores: passing('a Float64Array or Float32Array', (value): value is Float64Array | Float32Array =>
    /^\[object Float(32|64)Array\]$/.test(Object.prototype.toString.call(value)),
  ),
  labels: labelList(),
  classes: classCount(),
} satisfies Record<keyof ClassificationOptions, unknown>;

const OPTIONS = optionTable('classification', SCORES_FIELDS, EvaluationError);

/**
 * Accuracies, per-class accuracy and confusion of the scores of classes, whatever gave them.
 *
 * @throws EvaluationError `OPTION_INVALID`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `TOO_FEW_EXAMPLES` without examples,
 *   `SHAPE_MISMATCH` unless there is a score of each class for each label, `NON_FINITE_LOGIT` for NaN.
 */
export function classification(options: ClassificationOptions): Classification {
  return scored('classification', OPTIONS.check(options));
}

/** {@link classification} for `where`, with options that have been checked; their numbers have not. */
export function scored(where: string, { scores, labels, classes }: ClassificationOptions): Classification {
  checkCount(where, labels.length, 1);
  checkLabels(where, labels.length, labels, classes);
  checkScores(where, scores, labels.length, classes);
  return classified(scores, labels, classes);
}

/** {@link classification} of what has been checked. */
export function classified(
  scores: Float64Array | Float32Array,
  labels: Labels,
  classes: number,
): Classification {
  const count = labels.length;
  const predictions = bestClasses(scores, count, classes);
  const confusion = new Uint32Array(classes * classes);
  for (let row = 0; row < count; row++) confusion[labels[row]! * classes + predictions[row]!]!++;
  const hits = (k: number) =>
    Float64Array.from({ length: count }, (_, row) => 100 * hitAmong(k, scores, row, classes, labels[row]!));
  const first = hits(1);
  return {
    ...accuracies(first, hits(5), labels),
    perClass: accuracyByClass(first, labels, classes),
    confusion,
    predictions,
    scores,
  };
}

/**
 * @param first [count] 100 where the best class is right, 0 where not, or a share of that.
 * @param amongFive [count] the same for the five best.
 */
export function accuracies(first: Float64Array, amongFive: Float64Array, labels: Labels): Accuracies {
  const outcome = {
    count: labels.length,
    figures: {
      top1: { values: first, summary: 'mean' },
      top5: { values: amongFive, summary: 'mean' },
      classMeanTop1: { values: first, summary: 'meanOfClasses', labels },
      classMeanTop5: { values: amongFive, summary: 'meanOfClasses', labels },
    },
  } satisfies Outcome;
  return { ...figuresOf<keyof typeof outcome.figures>(outcome), outcome };
}

/** [classes] mean of the values of each class, NaN where there is none. */
function accuracyByClass(values: Float64Array, labels: Labels, classes: number): Float64Array {
  const every = Uint32Array.from({ length: labels.length }, (_, row) => row);
  const means = new Float64Array(classes).fill(Number.NaN);
  means.set(meansByClass(values, labels, every));
  return means;
}

function checkScores(
  where: string,
  scores: Float64Array | Float32Array,
  count: number,
  classes: number,
): void {
  if (scores.length !== count * classes) {
    throw new EvaluationError('SHAPE_MISMATCH', {
      where: `${where}, scores`,
      expected: `${count} x ${classes} = ${count * classes} scores`,
      received: `${scores.length}`,
    });
  }
  const bad = scores.findIndex((score) => Number.isNaN(score));
  if (bad < 0) return;
  throw new EvaluationError('NON_FINITE_LOGIT', {
    where: `${where}, class ${bad % classes} of example ${Math.floor(bad / classes)}`,
    expected: 'a score',
    received: 'NaN',
    advice: 'What gives the scores may have diverged.',
  });
}

/**
 * A classifier that has learned says nothing by NaN or an infinite score: its training has diverged.
 *
 * @throws EvaluationError `NON_FINITE_LOGIT`
 */
export function checkFiniteScores(where: string, scores: Float64Array | Float32Array, classes: number): void {
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad < 0) return;
  throw new EvaluationError('NON_FINITE_LOGIT', {
    where: `${where}, class ${bad % classes} of example ${Math.floor(bad / classes)}`,
    expected: 'a finite score',
    received: `${scores[bad]}`,
    advice: 'The training has diverged, or the features are too large for it.',
  });
}
