import { expect, it } from 'vitest';
import { stepEvent } from '../tiny-run.test-support.js';
import { duration, short, stepText } from './step-text.js';

it('says terms with their baselines, and how fast the run goes', () => {
  const pace = { clipsPerSecond: 35.24, waiting: 0.034, reducing: undefined, secondsLeft: 7995 };
  expect(stepText(stepEvent(12), pace, 1.25 * 2 ** 30)).toBe(
    'step 12 of 100, reconstruction 0.831 of 0.984, contrastive 3.4 of 3.47, 2 h 13 min left, 35.2 clips/s, ' +
      '3 % waits for data, rate 1.5e-4, 1.3 GiB',
  );
  const several = { ...pace, reducing: { share: 0.123, peers: 0.04 } };
  expect(stepText(stepEvent(12), several, 0)).toContain(
    ', 3 % waits for data, 12 % reduce-wait (4 % for other ranks), rate 1.5e-4',
  );
  const first = stepText(stepEvent(1, { figures: {} }), { ...pace, secondsLeft: undefined }, 0);
  expect(first).toContain('reconstruction 0.831, contrastive 3.4, 35.2 clips/s');
});

it.each([
  [0, '0'],
  [0.98412, '0.984'],
  [12.345, '12.3'],
  [999.96, '1000'],
  [1234.4, '1234'],
  [1.5e-4, '1.5e-4'],
  [-0.000123456, '-1.23e-4'],
  [5.4321e7, '5.43e+7'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
])('shortens %d to %s', (value, text) => expect(short(value)).toBe(text));

it.each([
  [0.2, '0 s'],
  [59.4, '59 s'],
  [59.6, '1 min 0 s'],
  [3599.6, '1 h 0 min'],
  [7995, '2 h 13 min'],
  [200_000, '2 d 7 h'],
])('says %d seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));
