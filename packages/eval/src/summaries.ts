import type { Labels } from './features.js';

/** Of the values at `rows`, which may come several times. */
export function mean(values: ArrayLike<number>, rows: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < rows.length; i++) sum += values[rows[i]!]!;
  return sum / rows.length;
}

/** The mean of the two in the middle where their number is even. */
export function median(values: ArrayLike<number>, rows: ArrayLike<number>): number {
  return quantile(Float64Array.from(rows, (row) => values[row]!).sort(), 0.5);
}

/** Mean over the classes that are there of the mean of each. */
export function meanOfClasses(values: ArrayLike<number>, labels: Labels, rows: ArrayLike<number>): number {
  let sum = 0;
  let classes = 0;
  for (const own of meansByClass(values, labels, rows)) {
    if (Number.isNaN(own)) continue;
    sum += own;
    classes += 1;
  }
  return sum / classes;
}

/** [classes] mean of the values of each class, up to the last that is there; NaN for one that is not. */
export function meansByClass(
  values: ArrayLike<number>,
  labels: Labels,
  rows: ArrayLike<number>,
): Float64Array {
  let last = -1;
  for (let i = 0; i < rows.length; i++) last = Math.max(last, labels[rows[i]!]!);
  const totals = new Float64Array(last + 1);
  const counts = new Uint32Array(last + 1);
  for (let i = 0; i < rows.length; i++) {
    const label = labels[rows[i]!]!;
    totals[label]! += values[rows[i]!]!;
    counts[label]! += 1;
  }
  return totals.map((total, label) => total / counts[label]!);
}

/**
 * The number below which a share of the sorted values lies, in a straight line between the two next to it (Hyndman and Fan
 * 1996, definition 7; NumPy's `quantile`).
 *
 * @param share 0 to 1
 */
export function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const [from, to] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return from + (to - from) * (place - below);
}
