import { optionTable } from '@tgm/options';
import { type Classification, type ClassificationOptions, SCORES_FIELDS, scored } from '../classification.js';
import { EvaluationError } from '../errors.js';
import { figuresOf, type Outcome } from '../outcome.js';

/** `both` and `clip`, pair by pair. */
export interface PairAccuracy {
  /** Percentage of the pairs whose clips are both right. */
  readonly both: number;
  /** Percentage of the clips that are right. */
  readonly clip: number;
  /**
   * What `both` is for guesses of one class, drawn for each clip; scores that are all equal are such. Whoever takes both clips of a
   * pair for the same class has 0 where their classes differ.
   */
  readonly chance: number;
  /** Its examples are the pairs: both clips of one are drawn together. */
  readonly outcome: Outcome;
}

const OPTIONS = optionTable('pairAccuracy', SCORES_FIELDS, EvaluationError);

/**
 * Accuracy of pairs of clips that differ in one thing alone, such as the order of their frames: a pair counts where both of its
 * clips are right. Rows 2i and 2i + 1 are a pair. Who reads what both clips share, their look or a bias of the classes, is right for
 * one of them at most.
 *
 * So the instances of TimeBlind (arXiv 2602.00288) count, but that each of their clips is asked two complementary questions, and all
 * four have to be right: chance is 6.25 % there.
 *
 * @throws EvaluationError as `classification`; `TOO_FEW_EXAMPLES` for an odd number of rows.
 */
export function pairAccuracy(options: ClassificationOptions): PairAccuracy {
  const checked = OPTIONS.check(options);
  return pairAccuracyOf(scored('pairAccuracy', checked), checked.classes);
}

/** {@link pairAccuracy} of what a probe or another classifier has found. */
export function pairAccuracyOf({ outcome: clips }: Classification, classes: number): PairAccuracy {
  requireEven('pairAccuracy', clips.count);
  const hits = clips.figures.top1!.values;
  const pairs = clips.count / 2;
  const ofPair = (value: (first: number, second: number) => number) =>
    Float64Array.from({ length: pairs }, (_, pair) => value(hits[2 * pair]!, hits[2 * pair + 1]!));
  const outcome = {
    count: pairs,
    figures: {
      both: { values: ofPair((first, second) => (first * second) / 100), summary: 'mean' },
      clip: { values: ofPair((first, second) => (first + second) / 2), summary: 'mean' },
    },
  } satisfies Outcome;
  return { ...figuresOf<keyof typeof outcome.figures>(outcome), chance: 100 / classes ** 2, outcome };
}

/** @throws EvaluationError `TOO_FEW_EXAMPLES` */
export function requireEven(where: string, count: number): void {
  if (count >= 2 && count % 2 === 0) return;
  throw new EvaluationError('TOO_FEW_EXAMPLES', {
    where,
    expected: 'two examples for each pair',
    received: `${count}`,
  });
}
