import { describe, expect, it } from 'vitest';
import { intervals, pairedDifferences } from './bootstrap.js';
import { classification } from './classification.js';
import type { Outcome } from './outcome.js';
import { quantile } from './summaries.js';

const outcomeOf = (values: readonly number[], clusters?: readonly number[]): Outcome => ({
  count: values.length,
  figures: {
    mean: { values: Float64Array.from(values), summary: 'mean' },
    median: { values: Float64Array.from(values), summary: 'median' },
  },
  ...(clusters && { clusters }),
});

describe('quantile', () => {
  it('equals NumPy 2.4: np.quantile([1, 2, 4, 8, 16], [.1, .33, .5, .975])', () => {
    const values = Float64Array.of(1, 2, 4, 8, 16);
    const found = [0.1, 0.33, 0.5, 0.975].map((share) => quantile(values, share));
    for (const [at, expected] of [1.4, 2.64, 4, 15.2].entries()) expect(found[at]).toBeCloseTo(expected, 12);
  });
});

describe('intervals', () => {
  const values = Array.from({ length: 60 }, (_, i) => (i * 37) % 101);

  /** SciPy 1.17.1: `stats.bootstrap((values,), np.mean, n_resamples=200000, confidence_level=..., method='percentile')`. */
  it('come near those of SciPy', () => {
    const draws = 5000;
    const { mean, median } = intervals(outcomeOf(values), { draws });
    expect(mean!.value).toBeCloseTo(49.516667, 5);
    expect(Math.abs(mean!.from - 42.15)).toBeLessThan(0.3);
    expect(Math.abs(mean!.to - 56.867)).toBeLessThan(0.3);
    expect(median).toMatchObject({ value: 49.5 });
    expect(Math.abs(median!.from - 37)).toBeLessThanOrEqual(1);
    expect(Math.abs(median!.to - 62)).toBeLessThanOrEqual(1);
    const narrow = intervals(outcomeOf(values), { draws, level: 0.8 }).mean!;
    expect(Math.abs(narrow.from - 44.7)).toBeLessThan(0.3);
    expect(Math.abs(narrow.to - 54.333)).toBeLessThan(0.3);
  });

  it('draw clusters whole: copies of an example tell nothing new', () => {
    const copied = values.flatMap((value) => [value, value, value]);
    const clusters = copied.map((_, row) => Math.floor(row / 3));
    expect(intervals(outcomeOf(copied, clusters))).toEqual(intervals(outcomeOf(values)));
    const alone = intervals(outcomeOf(copied)).mean!;
    const whole = intervals(outcomeOf(values)).mean!;
    expect((alone.to - alone.from) / (whole.to - whole.from)).toBeCloseTo(1 / Math.sqrt(3), 1);
  });

  it('give a class as much as another, in each draw', () => {
    // Of the rare class one of two is right, of the frequent one all: its mean moves by the rare class alone.
    const labels = Array.from({ length: 200 }, (_, row) => (row < 2 ? 1 : 0));
    const hits = Float64Array.from(labels, (_, row) => (row === 0 ? 0 : 100));
    const figures = { classMean: { values: hits, summary: 'meanOfClasses' as const, labels } };
    const { classMean } = intervals({ count: 200, figures });
    expect(classMean).toMatchObject({ value: 75, from: 50, to: 100 });
  });

  it('are the same twice, and others with another seed', () => {
    expect(intervals(outcomeOf(values))).toEqual(intervals(outcomeOf(values)));
    expect(intervals(outcomeOf(values), { seed: 1 })).not.toEqual(intervals(outcomeOf(values)));
  });
});

describe('a summary that there is not', () => {
  it.each([{ summary: 'max' }, { summary: 'meanOfClasses' }, { summary: 'mean', labels: [0, 1] }, {}])(
    'is refused, and not taken for another: %j',
    (figure) => {
      const figures = { top1: { values: Float64Array.of(0, 100), ...figure } };
      expect(() => intervals({ count: 2, figures } as never)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', where: 'intervals, figure top1' }),
      );
    },
  );
});

describe('what is no outcome of numbers', () => {
  const values = [0, 100];
  const labelled = { values, summary: 'meanOfClasses' };
  it.each([
    ['no figure', {}, {}],
    ['NaN', { top1: { values: [0, Number.NaN], summary: 'mean' } }, {}],
    ['null, as JSON writes NaN', { top1: { values: [0, null], summary: 'mean' } }, {}],
    ['what JSON makes of typed arrays', { top1: { values: { 0: 0, 1: 100 }, summary: 'mean' } }, {}],
    ['a label below 0', { top1: { ...labelled, labels: [0, -1] } }, {}],
    ['a label of NaN', { top1: { ...labelled, labels: [0, Number.NaN] } }, {}],
    ['a cluster of NaN', { top1: { values, summary: 'mean' } }, { clusters: [0, Number.NaN] }],
  ])('is refused: %s', (_, figures, more) => {
    const outcome = { count: 2, figures, ...more } as never;
    for (const call of [() => intervals(outcome), () => pairedDifferences(outcome, outcome)])
      expect(call).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

it('an outcome with its arrays as lists is kept in JSON', () => {
  const labels = Int32Array.of(0, 1, 1, 0);
  const { outcome } = classification({ scores: Float64Array.of(1, 0, 1, 0, 0, 1, 0, 1), labels, classes: 2 });
  const json = JSON.stringify(outcome, (_, each) =>
    ArrayBuffer.isView(each) ? Array.from(each as never) : each,
  );
  const kept = JSON.parse(json) as Outcome;
  expect(intervals(kept)).toEqual(intervals(outcome));
  expect(pairedDifferences(kept, outcome).classMeanTop1).toEqual({ value: 0, from: 0, to: 0 });
});

describe('pairedDifferences', () => {
  const hard: number[] = Array.from({ length: 400 }, (_, i) => (i % 3 === 0 ? 0 : 100));
  const better = hard.map((value, i) => (i % 20 === 0 ? 100 : value));

  it('see a difference that lies within the intervals of both', () => {
    const { mean } = pairedDifferences(outcomeOf(better), outcomeOf(hard));
    const gain = better.reduce((sum, value, i) => sum + value - hard[i]!, 0) / 400;
    expect(mean!.value).toBeCloseTo(gain, 10);
    expect(mean!.from).toBeGreaterThan(0);
    const [a, b] = [intervals(outcomeOf(better)).mean!, intervals(outcomeOf(hard)).mean!];
    expect(a.from).toBeLessThan(b.to);
    // The mean of independent differences d_i: 1.96 standard errors to each side.
    const error = Math.sqrt(better.reduce((sum, value, i) => sum + (value - hard[i]! - gain) ** 2, 0)) / 400;
    expect(mean!.to - mean!.from).toBeCloseTo(2 * 1.96 * error, 0);
  });

  it('of a model from itself are 0, and figures of one alone are left out', () => {
    const { median: _, ...figures } = outcomeOf(hard).figures;
    const found = pairedDifferences(outcomeOf(hard), { count: 400, figures });
    expect(found).toEqual({ mean: { value: 0, from: 0, to: 0 } });
  });

  it('refuse outcomes that share no figure', () => {
    const other = { count: 400, figures: { auc: outcomeOf(hard).figures.mean! } };
    expect(() => pairedDifferences(outcomeOf(hard), other)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', received: 'auc' }),
    );
  });

  it('refuse what cannot be paired', () => {
    const codeOf = (second: Outcome) => {
      try {
        pairedDifferences(outcomeOf([1, 2, 3]), second);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf(outcomeOf([3, 2, 1]))).toBe('none');
    expect(codeOf(outcomeOf([3, 2]))).toBe('SHAPE_MISMATCH');
    expect(codeOf(outcomeOf([3, 2, 1], [0, 0, 1]))).toBe('SHAPE_MISMATCH');
    expect(codeOf({ ...outcomeOf([3, 2, 1]), count: 2 })).toBe('SHAPE_MISMATCH');
    expect(codeOf(outcomeOf([]))).toBe('TOO_FEW_EXAMPLES');
    expect(codeOf('x' as never)).toBe('OPTION_INVALID');
  });

  it('refuse figures of one name that mean something else, or are of other examples', () => {
    const values = Float64Array.of(100, 0, 100);
    const of = (figure: object) =>
      ({ count: 3, figures: { top1: { values, ...figure } } }) as unknown as Outcome;
    const codeOf = (first: Outcome, second: Outcome) => {
      try {
        pairedDifferences(first, second);
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    const classes = of({ summary: 'meanOfClasses', labels: [0, 1, 1] });
    expect(codeOf(classes, classes)).toBe('none');
    expect(codeOf(classes, of({ summary: 'meanOfClasses', labels: [0, 1, 0] }))).toBe('LABELS_MISMATCH');
    expect(codeOf(of({ summary: 'mean' }), of({ summary: 'median' }))).toBe('OPTION_INVALID');
    expect(codeOf(classes, of({ summary: 'mean' }))).toBe('OPTION_INVALID');
  });
});
