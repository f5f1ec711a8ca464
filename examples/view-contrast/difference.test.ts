import { expect, it } from 'vitest';
import { pairedDifference } from './difference.js';

it('is the mean of paired differences, with its interval', () => {
  // Six clips: two gained, one lost, three as before. Mean 1/6, variance of a sample (3 - 6 / 36) / 5.
  const before = [false, false, true, true, false, true];
  const after = [true, true, false, true, false, true];
  const { points, from, to } = pairedDifference(before, after);
  const reach = 1.96 * Math.sqrt((3 - 1 / 6) / 5 / 6);
  expect(points).toBeCloseTo(100 / 6, 10);
  expect(from).toBeCloseTo(100 * (1 / 6 - reach), 10);
  expect(to).toBeCloseTo(100 * (1 / 6 + reach), 10);
});

it('counts what is right in both for nothing: the interval is narrower than that of two shares apart', () => {
  const clips = Array.from({ length: 400 }, (_, clip) => clip);
  const before = clips.map((clip) => clip < 200);
  const after = clips.map((clip) => clip < 220);
  const { points, from, to } = pairedDifference(before, after);
  expect(points).toBeCloseTo(5, 10);
  // 0.05 * 0.95 / 399 has a root of 0.0109; two shares apart would have 0.035.
  expect(to - from).toBeCloseTo(200 * 1.96 * Math.sqrt((0.05 * 0.95) / 399), 8);
});
