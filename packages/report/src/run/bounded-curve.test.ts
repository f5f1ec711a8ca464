import { describe, expect, it } from 'vitest';
import { boundedCurve } from './bounded-curve.js';

function filled(limit: number, steps: number) {
  const curve = boundedCurve(limit);
  for (let step = 1; step <= steps; step++) curve.add(step, step);
  return curve;
}

describe('boundedCurve', () => {
  it('keeps each value as long as there is room', () => {
    expect(filled(4, 3).points()).toEqual([1, 2, 3].map((step) => ({ step, value: step })));
  });

  it('joins neighbours into their means when there is none', () => {
    // 1 2 3 4 -> (1 2) (3 4), then (5 6), then 7 alone.
    expect(filled(4, 7).points()).toEqual([
      { step: 2, value: 1.5 },
      { step: 4, value: 3.5 },
      { step: 6, value: 5.5 },
      { step: 7, value: 7 },
    ]);
  });

  it.each([1, 2, 5, 64])(
    'has at most %i points of any number of values, whose weighted mean is theirs',
    (limit) => {
      const points = filled(limit, 1000).points();
      expect(points.length).toBeLessThanOrEqual(limit);
      expect(points.at(-1)!.step).toBe(1000);
      let before = 0;
      let sum = 0;
      for (const { step, value } of points) {
        sum += value * (step - before);
        before = step;
      }
      expect(sum).toBeCloseTo((1000 * 1001) / 2, 6);
    },
  );

  it('forgets what a run that was taken up again makes anew', () => {
    const curve = filled(100, 10);
    curve.dropBehind(4);
    curve.add(5, -1);
    expect(curve.points().map(({ value }) => value)).toEqual([1, 2, 3, 4, -1]);
  });

  it('shows where values are not numbers', () => {
    const curve = boundedCurve(2);
    for (const value of [1, Number.NaN, 3, 5]) curve.add(value, value);
    expect(curve.points().map(({ value }) => value)).toEqual([Number.NaN, 4]);
  });
});
