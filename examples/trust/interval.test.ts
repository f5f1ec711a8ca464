import { expect, it } from 'vitest';
import { intervalOf, intervalText } from './interval.js';

it('has the half width of 1.96 standard errors, by hand', () => {
  // Mean 0.5, variance (0.25 + 0.25) / 1, standard error sqrt(0.5 / 2).
  expect(intervalOf([0, 1])).toEqual({ mean: 0.5, half: 1.96 * 0.5, clips: 2 });
  expect(intervalText(intervalOf([0, 1]))).toBe('50.0 ± 98.0');
});

it('has no width where one clip was measured', () => {
  expect(intervalOf([0.25])).toEqual({ mean: 0.25, clips: 1 });
  expect(intervalText(intervalOf([0.25]))).toBe('25.0');
});
