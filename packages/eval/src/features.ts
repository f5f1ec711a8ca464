import { LabelRangeError, LabelsMismatchError, NonFiniteFeatureError, ShapeMismatchError } from './errors.js';

/** One vector per example. */
export interface Features {
  /** [count, width] row-major. */
  readonly values: Float32Array;
  readonly count: number;
  readonly width: number;
}

/** One class number per example, 0 ... classes - 1. */
export type Labels = ArrayLike<number>;

/**
 * Checks at the boundary that `features` is what it says.
 * Throws {@link ShapeMismatchError} or {@link NonFiniteFeatureError}.
 */
export function checkFeatures(where: string, features: Features): void {
  const { values, count, width } = features;
  if (values.length !== count * width) {
    throw new ShapeMismatchError(where, `${count} x ${width} = ${count * width} numbers`, `${values.length}`);
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new NonFiniteFeatureError(where, Math.floor(bad / width), bad % width);
}

/** Throws {@link LabelsMismatchError} or {@link LabelRangeError} unless there is one label in range per example. */
export function checkLabels(where: string, count: number, labels: Labels, classes: number): void {
  if (labels.length !== count) throw new LabelsMismatchError(where, count, labels.length);
  for (let i = 0; i < count; i++) {
    const label = labels[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new LabelRangeError(where, i, label, classes);
    }
  }
}

/** Throws {@link ShapeMismatchError} unless both sets hold vectors of one width. */
export function checkSameWidth(where: string, a: Features, b: Features): void {
  if (a.width !== b.width) throw new ShapeMismatchError(where, `vectors of width ${a.width}`, `${b.width}`);
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

/** The rows of `features` with these numbers, in this order. */
export function selectRows(features: Features, rows: ArrayLike<number>): Features {
  const { width } = features;
  const values = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    values.set(features.values.subarray(rows[i]! * width, (rows[i]! + 1) * width), i * width);
  }
  return { values, count: rows.length, width };
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
