import { number, optional, optionTable, showValue, wholeNumber } from '@tgm/options';
import { type Random, seededRandom } from '@tgm/random';
import { EvaluationError } from './errors.js';
import {
  checkOutcome,
  type Figure,
  figureOf,
  figuresOf,
  OF_CLUSTERS,
  type Outcome,
  outcomeField,
} from './outcome.js';
import { quantile } from './summaries.js';

export interface IntervalsOptions {
  /** Times that the examples are drawn, from 100; 1000 by default. */
  readonly draws?: number;
  /** Share of the draws that lie within an interval, above 0 and below 1; 0.95 by default. */
  readonly level?: number;
  /** Decides what is drawn; 0 by default. */
  readonly seed?: number;
}

/** A figure and where it would lie, had other examples of the same kind been measured. */
export interface Interval {
  readonly value: number;
  readonly from: number;
  readonly to: number;
}

export const INTERVALS_FIELDS = {
  draws: optional(wholeNumber({ from: 100 }), 1000),
  level: optional(number({ above: 0, below: 1 }), 0.95),
  seed: optional(number(), 0),
} satisfies Record<keyof IntervalsOptions, unknown>;

const INTERVALS = optionTable('intervals', INTERVALS_FIELDS, EvaluationError);
const DIFFERENCES = optionTable('pairedDifferences', INTERVALS_FIELDS, EvaluationError);
const OF_ONE = optionTable('intervals', { outcome: outcomeField() }, EvaluationError);
const OF_TWO = optionTable(
  'pairedDifferences',
  { first: outcomeField(), second: outcomeField() },
  EvaluationError,
);

/**
 * The interval of each figure, by the percentile bootstrap (Efron and Tibshirani 1993, chapter 13): as many examples are drawn
 * as there are, with replacement, and the figure is taken of them.
 *
 * It tells what the choice of the *test examples* does. What the seed of a training does is another question.
 *
 * V-measure, homogeneity and completeness have no interval. An example that is drawn twice is in its cluster twice and agrees with
 * itself, so that nearly all draws lie above the figure: the interval would not hold it.
 *
 * Of `meanOfClasses`, a draw without any example of a class is the mean of the others. Where a class has `n` examples that is a
 * share of e^-n of the draws: a class of one or two examples makes such an interval no better than they are.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for an outcome without figures, figures of clusters, and values that are no finite
 *   numbers; `SHAPE_MISMATCH`, `TOO_FEW_EXAMPLES`.
 */
export function intervals(outcome: Outcome, options: IntervalsOptions = {}): Record<string, Interval> {
  const checked = INTERVALS.check(options);
  OF_ONE.check({ outcome });
  return intervalsOf('intervals', outcome, checked);
}

/** {@link intervals} for `where`, with options that have been checked. */
export function intervalsOf(
  where: string,
  outcome: Outcome,
  checked: Required<IntervalsOptions>,
): Record<string, Interval> {
  checkOutcome(where, outcome);
  requireDrawable(where, outcome);
  const names = Object.keys(outcome.figures);
  const values = figuresOf(outcome);
  return spread(outcome, checked, names, (name, rows) => figureOf(outcome.figures[name]!, rows), values);
}

/**
 * How much larger each figure of `first` is than that of `second`, and the interval of that. Both have measured the same
 * examples in the same order, and the same are drawn for both: what is hard for both does not blur their difference.
 * Figures that only one of them has are left out. An interval that does not hold 0 tells them apart.
 *
 * @throws EvaluationError `OPTION_INVALID`, also for a figure that the two sum up in different ways and where they share none;
 *   `TOO_FEW_EXAMPLES`; `SHAPE_MISMATCH`, also for other numbers of examples or other clusters; `LABELS_MISMATCH` where labels tell that they are
 *   other examples.
 */
export function pairedDifferences(
  first: Outcome,
  second: Outcome,
  options: IntervalsOptions = {},
): Record<string, Interval> {
  const checked = DIFFERENCES.check(options);
  OF_TWO.check({ first, second });
  checkOutcome('pairedDifferences, first', first);
  checkOutcome('pairedDifferences, second', second);
  requireDrawable('pairedDifferences, first', first);
  requireDrawable('pairedDifferences, second', second);
  requireSameExamples(first, second);
  const [a, b] = [first.figures, second.figures];
  const names = Object.keys(a).filter((name) => name in b);
  if (names.length === 0) {
    throw new EvaluationError('OPTION_INVALID', {
      where: 'pairedDifferences, second',
      expected: `a figure of the first: ${Object.keys(a).join(', ')}`,
      received: Object.keys(b).join(', '),
    });
  }
  for (const name of names) requireSameFigure(name, a[name]!, b[name]!);
  const [of1, of2] = [figuresOf(first), figuresOf(second)];
  const values = Object.fromEntries(names.map((name) => [name, of1[name]! - of2[name]!]));
  const difference = (name: string, rows: Uint32Array) => figureOf(a[name]!, rows) - figureOf(b[name]!, rows);
  return spread(first, checked, names, difference, values);
}

function spread(
  outcome: Outcome,
  { draws, level, seed }: Required<IntervalsOptions>,
  names: readonly string[],
  figure: (name: string, rows: Uint32Array) => number,
  values: Readonly<Record<string, number>>,
): Record<string, Interval> {
  const random = seededRandom('bootstrap', seed);
  const members = clusterMembers(outcome);
  const drawn = names.map(() => new Float64Array(draws));
  for (let draw = 0; draw < draws; draw++) {
    const rows = drawRows(members, random);
    for (const [at, name] of names.entries()) drawn[at]![draw] = figure(name, rows);
  }
  const tail = (1 - level) / 2;
  return Object.fromEntries(
    names.map((name, at) => {
      const sorted = drawn[at]!.sort();
      return [name, { value: values[name]!, from: quantile(sorted, tail), to: quantile(sorted, 1 - tail) }];
    }),
  );
}

/** The examples of each cluster. */
function clusterMembers({ count, clusters }: Outcome): readonly (readonly number[])[] {
  const members = new Map<number, number[]>();
  for (let row = 0; row < count; row++) {
    const cluster = clusters ? clusters[row]! : row;
    const own = members.get(cluster);
    if (own) own.push(row);
    else members.set(cluster, [row]);
  }
  return [...members.values()];
}

function drawRows(members: readonly (readonly number[])[], random: Random): Uint32Array {
  const drawn = new Uint32Array(members.length);
  let size = 0;
  for (let i = 0; i < drawn.length; i++) {
    drawn[i] = Math.floor(random() * members.length);
    size += members[drawn[i]!]!.length;
  }
  const rows = new Uint32Array(size);
  let filled = 0;
  for (let i = 0; i < drawn.length; i++) {
    const own = members[drawn[i]!]!;
    for (let at = 0; at < own.length; at++) rows[filled++] = own[at]!;
  }
  return rows;
}

/** Copies of an example agree with each other, and raise what is measured of clusters. */
function requireDrawable(where: string, { figures }: Outcome): void {
  const undrawable = Object.entries(figures).find(([, { summary }]) => OF_CLUSTERS.includes(summary));
  if (!undrawable) return;
  throw new EvaluationError('OPTION_INVALID', {
    where: `${where}, figure ${undrawable[0]}`,
    expected: 'a summary whose examples may be drawn twice',
    received: showValue(undrawable[1].summary),
    advice:
      'Examples that are drawn twice agree with each other and raise it. Cluster several seeds or sets to see its spread.',
  });
}

function requireSameExamples(first: Outcome, second: Outcome): void {
  const same = first.count === second.count;
  const clusterOf = ({ clusters }: Outcome, row: number) => clusters?.[row] ?? row;
  let alike = same;
  for (let row = 0; alike && row < first.count; row++)
    alike = clusterOf(first, row) === clusterOf(second, row);
  if (alike) return;
  throw new EvaluationError('SHAPE_MISMATCH', {
    where: 'pairedDifferences, second',
    expected: same ? 'the clusters of the first' : `the ${first.count} examples of the first`,
    received: same ? 'others' : `${second.count} examples`,
  });
}

/** Figures of one name that mean the same of the same examples. */
function requireSameFigure(name: string, first: Figure, second: Figure): void {
  const where = `pairedDifferences, second, figure ${name}`;
  if (first.summary !== second.summary) {
    throw new EvaluationError('OPTION_INVALID', {
      where,
      expected: `the summary ${first.summary}, as in the first`,
      received: second.summary,
    });
  }
  if (!('labels' in first && 'labels' in second)) return;
  for (let row = 0; row < first.labels.length; row++) {
    if (first.labels[row] === second.labels[row]) continue;
    throw new EvaluationError('LABELS_MISMATCH', {
      where: `${where}, example ${row}`,
      expected: `class ${first.labels[row]}, as in the first`,
      received: `class ${second.labels[row]}`,
    });
  }
}
