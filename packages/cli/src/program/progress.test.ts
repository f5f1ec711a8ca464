import { expect, it } from 'vitest';
import { duration } from './progress.js';

it.each([
  [4.24, '4.2 s'],
  [9.97, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [75, '1 min 15 s'],
  [3599, '59 min 59 s'],
  [3840, '1 h 4 min'],
  [47 * 3600 + 59 * 60, '47 h 59 min'],
  [200_000, '2 d 7 h'],
])('%d seconds are %s', (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
