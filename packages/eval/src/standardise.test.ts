import { expect, it } from 'vitest';
import { columnScale, standardise } from './standardise.js';

it('standardises columns that hardly vary beside their mean (by hand)', () => {
  // 4096 and 4097: the deviation 0.5 is an 8,000th of the mean, which sums of squares in single precision lose.
  const values = Float32Array.of(4096, 1, 4097, 1, 4096, 1, 4097, 1);
  const standard = standardise({ values, count: 4, width: 2 }, columnScale({ values, count: 4, width: 2 }));
  expect([...standard]).toEqual([-1, 0, 1, 0, -1, 0, 1, 0]);
});

it('takes constant columns of any size for constant', () => {
  for (const constant of [0, 0.1, 16777.215, -1e30, 3e38, 1e-40]) {
    const values = new Float32Array(999).fill(constant);
    const features = { values, count: 999, width: 1 };
    expect(columnScale(features).inverse[0]).toBe(0);
    expect(standardise(features, columnScale(features)).every((value) => Math.abs(value) === 0)).toBe(true);
  }
});
