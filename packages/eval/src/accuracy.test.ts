import { describe, expect, it } from 'vitest';
import { bestClasses, hitAmong, subsetAccuracy } from './accuracy.js';

describe('hitAmong', () => {
  it('is 1 or 0 where nothing ties, and the chance of the tied where it does (by hand)', () => {
    const row = Float64Array.of(3, 1, 2, 2, 0);
    const hits = (k: number) => [0, 1, 2, 3, 4].map((label) => hitAmong(k, row, 0, 5, label));
    expect(hits(1)).toEqual([1, 0, 0, 0, 0]);
    expect(hits(2)).toEqual([1, 0, 0.5, 0.5, 0]); // classes 2 and 3 share the second place
    expect(hits(3)).toEqual([1, 0, 1, 1, 0]);
    expect(hits(5)).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('bestClasses', () => {
  it('takes the lowest of the best', () => {
    expect([...bestClasses(Float64Array.of(0, 1, 1, 2, 2, 2), 2, 3)]).toEqual([1, 0]);
  });
});

describe('subsetAccuracy', () => {
  it('counts members only', () => {
    expect(subsetAccuracy([0, 1, 2, 0], [0, 1, 1, 1], [true, false, true, true])).toBeCloseTo(100 / 3, 10);
    expect(subsetAccuracy([0], [0], [false])).toBeNaN();
    expect(() => subsetAccuracy([0], [0], [true, false])).toThrow(/1 members/);
  });
});
