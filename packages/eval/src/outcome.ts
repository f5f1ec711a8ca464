import { type Field, objectWith, showValue } from '@tgm/options';
import { vMeasureOf } from './clustering/v-measure.js';
import { EvaluationError } from './errors.js';
import type { Labels } from './features.js';
import { isArrayLike } from './option-fields.js';
import { mean, meanOfClasses, median } from './summaries.js';

/** A number for each example. Protocols give a Float64Array; a plain list, as JSON holds it, is as good. */
export type FigureValues = Float64Array | readonly number[];

/** What each example is worth, and what is told of all of them. */
export type Figure =
  | {
      /** [count] */
      readonly values: FigureValues;
      readonly summary: 'mean' | 'median';
    }
  | {
      /** [count] */
      readonly values: FigureValues;
      /** The mean of each class, and their mean: a class counts as much as any other, however many examples it has. */
      readonly summary: 'meanOfClasses';
      /** [count] */
      readonly labels: Labels;
    }
  | {
      /** [count] the cluster of each example. */
      readonly values: FigureValues;
      /** How well clusters and classes agree, in per cent. */
      readonly summary: 'vMeasure' | 'homogeneity' | 'completeness';
      /** [count] */
      readonly labels: Labels;
    };

/**
 * What a protocol found, example by example. Whatever a protocol tells goes through this: its figures, their intervals, and
 * their differences from those of another model on the same examples. It is data alone, so it can be kept and compared later:
 * in JSON with its typed arrays as lists, `JSON.stringify(outcome, (_, each) => (ArrayBuffer.isView(each) ? Array.from(each) : each))`.
 */
export interface Outcome {
  /** Examples that were measured. */
  readonly count: number;
  readonly figures: Readonly<Record<string, Figure>>;
  /**
   * [count] examples that belong together have one number, such as the captions of one video: they are not drawn one without
   * the other. Each stands alone when absent.
   */
  readonly clusters?: ArrayLike<number>;
}

/** Of the values alone, and of values and labels. */
const PLAIN: readonly Figure['summary'][] = ['mean', 'median'];
export const OF_CLUSTERS: readonly Figure['summary'][] = ['vMeasure', 'homogeneity', 'completeness'];
const LABELLED: readonly Figure['summary'][] = ['meanOfClasses', ...OF_CLUSTERS];

export const outcomeField = (): Field<Outcome> => objectWith('an outcome', ['count', 'figures']);

/** The figure of some examples, which may come several times. */
export function figureOf(figure: Figure, rows: ArrayLike<number>): number {
  const { values } = figure;
  if (!('labels' in figure)) return (figure.summary === 'mean' ? mean : median)(values, rows);
  if (figure.summary === 'meanOfClasses') return meanOfClasses(values, figure.labels, rows);
  return 100 * vMeasureOf(figure.labels, values, rows)[figure.summary];
}

/** The figures of all examples, by name. */
export function figuresOf<Name extends string = string>(outcome: Outcome): Record<Name, number> {
  const every = Uint32Array.from({ length: outcome.count }, (_, row) => row);
  return Object.fromEntries(
    Object.entries(outcome.figures).map(([name, figure]) => [name, figureOf(figure, every)]),
  ) as Record<Name, number>;
}

/** The outcome of some of the examples, such as those of a subset. */
export function outcomeOf(outcome: Outcome, rows: readonly number[]): Outcome {
  const { figures, clusters } = outcome;
  const chosen = (figure: Figure): Figure => {
    const values = Float64Array.from(rows, (row) => figure.values[row]!);
    return 'labels' in figure
      ? { values, summary: figure.summary, labels: rows.map((row) => figure.labels[row]!) }
      : { values, summary: figure.summary };
  };
  return {
    count: rows.length,
    figures: Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, chosen(figure)])),
    ...(clusters && { clusters: rows.map((row) => clusters[row]!) }),
  };
}

/** Outcomes of the same examples as one, `<part>/<figure>` each. */
export function joinOutcomes(parts: Readonly<Record<string, { readonly outcome: Outcome }>>): Outcome {
  const all = Object.entries(parts).map(([part, { outcome }]) => [part, outcome] as const);
  const { count, clusters } = all[0]![1];
  return {
    count,
    figures: Object.fromEntries(
      all.flatMap(([part, { figures }]) =>
        Object.entries(figures).map(([name, figure]) => [`${part}/${name}`, figure]),
      ),
    ),
    ...(clusters && { clusters }),
  };
}

/**
 * @throws EvaluationError `TOO_FEW_EXAMPLES` without examples; `OPTION_INVALID` without figures, for a figure of another summary, and for
 *   lists that are none or hold what is no number of their kind; `SHAPE_MISMATCH` for lists of another length.
 */
export function checkOutcome(where: string, { count, figures, clusters }: Outcome): void {
  if (!(count >= 1)) {
    throw new EvaluationError('TOO_FEW_EXAMPLES', {
      where,
      expected: 'at least 1 example',
      received: `${count}`,
    });
  }
  if (Object.keys(figures).length === 0) {
    throw new EvaluationError('OPTION_INVALID', { where, expected: 'at least 1 figure', received: 'none' });
  }
  for (const [name, figure] of Object.entries(figures)) {
    checkSummary(`${where}, figure ${name}`, figure);
    checkList(`${where}, figure ${name}`, figure.values, count, 'a finite number', Number.isFinite);
    if ('labels' in figure)
      checkList(`${where}, labels of ${name}`, figure.labels, count, 'a whole number from 0', isClass);
  }
  if (clusters) checkList(`${where}, clusters`, clusters, count, 'a finite number', Number.isFinite);
}

/** @throws EvaluationError `OPTION_INVALID`, `SHAPE_MISMATCH` */
export function checkList(
  where: string,
  list: ArrayLike<number>,
  count: number,
  expected: string,
  accepts: (value: unknown) => boolean,
): void {
  if (!isArrayLike(list)) {
    throw new EvaluationError('OPTION_INVALID', { where, expected: 'a list', received: showValue(list) });
  }
  if (list.length !== count) {
    throw new EvaluationError('SHAPE_MISMATCH', {
      where,
      expected: `${count}, one for each example`,
      received: `${list.length}`,
    });
  }
  for (let row = 0; row < count; row++) {
    if (accepts(list[row])) continue;
    throw new EvaluationError('OPTION_INVALID', {
      where: `${where}, example ${row}`,
      expected,
      received: showValue(list[row]),
    });
  }
}

const isClass = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;

function checkSummary(where: string, figure: Figure): void {
  const summary = figure?.summary;
  const labelled = LABELLED.includes(summary);
  if ((labelled || PLAIN.includes(summary)) && 'labels' in figure === labelled) return;
  throw new EvaluationError('OPTION_INVALID', {
    where,
    expected: `a summary ${PLAIN.join(' or ')}, or with labels ${LABELLED.join(' or ')}`,
    received: `${showValue(summary)}${figure && 'labels' in figure ? ' with labels' : ''}`,
  });
}
