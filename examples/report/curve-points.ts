import type { CurveSeries } from './report-data.js';

export type Point = CurveSeries['points'][number];

/** Points of a drawn line: more cannot be told apart at its width. */
const DRAWN = 300;
/** Half the width of the smoothing window, as a share of the run. */
const REACH = 0.02;

/** Mean of as many points before as after each; the window shrinks towards both ends, so that no trend is delayed. */
export function smoothed(points: readonly Point[]): Point[] {
  const sums = new Float64Array(points.length + 1);
  for (const [i, { value }] of points.entries()) sums[i + 1] = sums[i]! + value;
  const widest = Math.max(1, Math.round(points.length * REACH));
  return points.map(({ step }, i) => {
    const reach = Math.min(widest, i, points.length - 1 - i);
    return { step, value: (sums[i + reach + 1]! - sums[i - reach]!) / (2 * reach + 1) };
  });
}

/** Mean of the last points, as many as a full window holds: what the legend says. */
export function closingMean(points: readonly Point[]): number {
  const last = points.slice(-Math.max(1, 2 * Math.round(points.length * REACH)));
  return last.reduce((sum, { value }) => sum + value, 0) / last.length;
}

/** At most `DRAWN` points, evenly chosen, the last always among them. */
export function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= DRAWN) return points;
  return Array.from(
    { length: DRAWN },
    (_, i) => points[Math.round((i * (points.length - 1)) / (DRAWN - 1))]!,
  );
}

/** Round numbers from `from` to `to`, about `count` of them, at steps of 1, 2 or 5 times a power of ten. */
export function ticks(from: number, to: number, count: number): number[] {
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough)!;
  const result: number[] = [];
  for (let n = Math.ceil(from / step - 1e-9); n * step <= to + step * 1e-9; n++) {
    result.push(Number((n * step).toPrecision(12)));
  }
  return result;
}
