import type { CurvePoint } from '../report.js';

/** A curve of any length in bounded memory. */
export interface BoundedCurve {
  /** Steps ascend. */
  add(step: number, value: number): void;
  /** Forgets what is of later steps, to the breadth of a point. */
  dropBehind(step: number): void;
  /** Each the mean of as many neighbouring values, at the last of their steps; the last of what there is. */
  points(): CurvePoint[];
}

interface Bucket {
  sum: number;
  count: number;
  step: number;
}

/** A curve of at most `limit` points. When they are used up, each two become one, and later points hold twice as many values. */
export function boundedCurve(limit: number): BoundedCurve {
  let buckets: Bucket[] = [];
  let breadth = 1;
  return {
    add(step, value) {
      const last = buckets.at(-1);
      if (last && last.count < breadth) {
        last.sum += value;
        last.count += 1;
        last.step = step;
        return;
      }
      if (buckets.length === limit) {
        buckets = joined(buckets);
        breadth *= 2;
        return this.add(step, value);
      }
      buckets.push({ sum: value, count: 1, step });
    },
    dropBehind(step) {
      buckets = buckets.filter((bucket) => bucket.step <= step);
    },
    points: () => buckets.map(({ sum, count, step }) => ({ step, value: sum / count })),
  };
}

function joined(buckets: readonly Bucket[]): Bucket[] {
  return Array.from({ length: Math.ceil(buckets.length / 2) }, (_, pair) => {
    const one = buckets[2 * pair]!;
    const other = buckets[2 * pair + 1] ?? { sum: 0, count: 0, step: one.step };
    return { sum: one.sum + other.sum, count: one.count + other.count, step: other.step };
  });
}
