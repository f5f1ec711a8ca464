import type { CurvePoint } from '../report.js';

/** Points of a drawn line: more cannot be told apart at its width. */
const DRAWN = 300;
/** Half the width of the smoothing window, as a share of the run. */
const REACH = 0.02;

/** Mean of as many points before as after each; the window shrinks towards both ends, so that no trend is delayed. */
export function smoothed(points: readonly CurvePoint[]): CurvePoint[] {
  const sums = new Float64Array(points.length + 1);
  for (const [i, { value }] of points.entries()) sums[i + 1] = sums[i]! + value;
  const widest = Math.max(1, Math.round(points.length * REACH));
  return points.map(({ step }, i) => {
    const reach = Math.min(widest, i, points.length - 1 - i);
    return { step, value: (sums[i + reach + 1]! - sums[i - reach]!) / (2 * reach + 1) };
  });
}

/** Mean of the last points, as many as a full window holds: what the legend says. */
export function closingMean(points: readonly CurvePoint[]): number {
  const last = points.slice(-Math.max(1, 2 * Math.round(points.length * REACH)));
  return last.reduce((sum, { value }) => sum + value, 0) / last.length;
}

/** At most `DRAWN` points, evenly chosen, the last always among them. */
export function thinned(points: readonly CurvePoint[]): readonly CurvePoint[] {
  if (points.length <= DRAWN) return points;
  return Array.from(
    { length: DRAWN },
    (_, i) => points[Math.round((i * (points.length - 1)) / (DRAWN - 1))]!,
  );
}
