import { expect, test } from 'vitest';
import { durationText, numberText } from './number-text.js';

test('numbers and durations read well', () => {
  expect([0, 1234567, 0.61234, 1.5e-5, 123.456, 1234.56, Number.NaN].map(numberText)).toEqual([
    '0',
    '1,234,567',
    '0.612',
    '1.5e-5',
    '123',
    '1234.6',
    'NaN',
  ]);
  expect([4.23, 61, 3599.8, 3845].map(durationText)).toEqual([
    '4.2 s',
    '1 min 1 s',
    '1 h 0 min',
    '1 h 4 min',
  ]);
});
