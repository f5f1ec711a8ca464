import { describe, expect, test } from 'vitest';
import { closingMean, smoothed, thinned } from './curve-points.js';

describe('curves', () => {
  test('smoothing keeps a straight line and evens out an alternating one', () => {
    const line = Array.from({ length: 200 }, (_, step) => ({ step, value: 3 - step / 100 }));
    smoothed(line).forEach(({ value }, i) => {
      expect(value).toBeCloseTo(line[i]!.value, 9);
    });
    const noisy = line.map(({ step }) => ({ step, value: step % 2 }));
    for (const { value } of smoothed(noisy).slice(10, -10)) expect(Math.abs(value - 0.5)).toBeLessThan(0.1);
  });

  test('the closing mean is that of the last 4 %, and of one point at least', () => {
    const points = Array.from({ length: 100 }, (_, step) => ({ step, value: step }));
    expect(closingMean(points)).toBe((96 + 97 + 98 + 99) / 4);
    expect(closingMean(points.slice(0, 3))).toBe(2);
  });

  test('thinning keeps both ends', () => {
    const points = Array.from({ length: 5000 }, (_, step) => ({ step, value: step }));
    const few = thinned(points);
    expect(few.length).toBe(300);
    expect([few[0]!.step, few.at(-1)!.step]).toEqual([0, 4999]);
  });
});
