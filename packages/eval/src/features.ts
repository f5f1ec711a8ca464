import { showValue } from '@tgm/options';
import { EvaluationError } from './errors.js';

/** One vector per example. */
export interface Features {
  /** [count, width] row-major. */
  readonly values: Float32Array;
  readonly count: number;
  /** From 1. */
  readonly width: number;
}

/** One class number per example, 0 ... classes - 1. */
export type Labels = ArrayLike<number>;

/** A classification to measure: features to learn from and to test on, with the class of each. */
export interface LabelledFeatures {
  readonly train: Features;
  readonly trainLabels: Labels;
  readonly test: Features;
  readonly testLabels: Labels;
  /** From 1. */
  readonly classes: number;
}

/**
 * Checks at the boundary that `features` is what it says.
 * @throws EvaluationError `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`.
 */
export function checkFeatures(where: string, { values, count, width }: Features): void {
  if (Object.prototype.toString.call(values) !== '[object Float32Array]') {
    throw new EvaluationError('SHAPE_MISMATCH', {
      where,
      expected: 'a Float32Array',
      received: showValue(values),
    });
  }
  if (!(Number.isInteger(count) && count >= 0 && Number.isInteger(width) && width >= 1)) {
    throw new EvaluationError('SHAPE_MISMATCH', {
      where,
      expected: 'a count from 0 and a width from 1',
      received: `${showValue(count)} and ${showValue(width)}`,
    });
  }
  if (values.length !== count * width) {
    throw new EvaluationError('SHAPE_MISMATCH', {
      where,
      expected: `${count} x ${width} = ${count * width} numbers`,
      received: `${values.length}`,
    });
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new EvaluationError('NON_FINITE_FEATURE', {
      where: `${where}, number ${bad % width} of example ${Math.floor(bad / width)}`,
      expected: 'a finite number',
      received: `${values[bad]}`,
      advice: 'The parameters may have diverged.',
    });
  }
}

/**
 * Checks that there is one label in range per example.
 * @throws EvaluationError `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`.
 */
export function checkLabels(where: string, count: number, labels: Labels, classes: number): void {
  if (labels.length !== count) {
    throw new EvaluationError('LABELS_MISMATCH', {
      where,
      expected: `${count} labels for ${count} examples`,
      received: `${labels.length}`,
    });
  }
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (Number.isInteger(label) && label >= 0 && label < classes) continue;
    throw new EvaluationError('LABEL_OUT_OF_RANGE', {
      where: `${where}, label of example ${i}`,
      expected: `a whole number from 0 to ${classes - 1} (${classes} classes)`,
      received: showValue(label),
    });
  }
}

/** @throws EvaluationError `SHAPE_MISMATCH` unless both sets hold vectors of one width. */
export function checkSameWidth(where: string, a: Features, b: Features): void {
  if (a.width === b.width) return;
  const expected = `vectors of width ${a.width}`;
  throw new EvaluationError('SHAPE_MISMATCH', { where, expected, received: `width ${b.width}` });
}

/** @throws EvaluationError `TOO_FEW_EXAMPLES` below `least`. */
export function checkCount(where: string, count: number, least: number): void {
  if (count >= least) return;
  const expected = `at least ${least} example${least === 1 ? '' : 's'}`;
  throw new EvaluationError('TOO_FEW_EXAMPLES', { where, expected, received: `${count}` });
}

/**
 * Checks features with labels to learn from and to be tested on.
 *
 * @param least training examples that are needed; one to be tested on.
 * @throws EvaluationError `SHAPE_MISMATCH`, `NON_FINITE_FEATURE`, `LABELS_MISMATCH`, `LABEL_OUT_OF_RANGE`, `TOO_FEW_EXAMPLES`.
 */
export function checkLabelledFeatures(
  where: string,
  { train, trainLabels, test, testLabels, classes }: LabelledFeatures,
  least = 1,
): void {
  checkFeatures(`${where} train`, train);
  checkFeatures(`${where} test`, test);
  checkSameWidth(`${where} test`, train, test);
  checkLabels(`${where} train`, train.count, trainLabels, classes);
  checkLabels(`${where} test`, test.count, testLabels, classes);
  checkCount(`${where} train`, train.count, least);
  checkCount(`${where} test`, test.count, 1);
}

/** Every row divided by its Euclidean length; a zero row stays zero. */
export function normaliseRows(features: Features): Features {
  const { count, width } = features;
  const values = new Float32Array(features.values.length);
  for (let row = 0; row < count; row++) {
    let squares = 0;
    for (let i = row * width; i < (row + 1) * width; i++) squares += features.values[i]! ** 2;
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = row * width; i < (row + 1) * width; i++) values[i] = features.values[i]! * scale;
  }
  return { values, count, width };
}

/** Inner products of row `row` of `queries` with all rows of `gallery`, written to `out` [gallery.count]. */
export function dotWithAll(queries: Features, row: number, gallery: Features, out: Float64Array): void {
  const { width } = queries;
  const query = queries.values.subarray(row * width, (row + 1) * width);
  for (let g = 0; g < gallery.count; g++) {
    const start = g * width;
    let sum = 0;
    for (let i = 0; i < width; i++) sum += query[i]! * gallery.values[start + i]!;
    out[g] = sum;
  }
}
