import { seededRandom } from '@tgm/random';
import { expect, it } from 'vitest';
import { fastNormal } from './fast-normal.js';

const COUNT = 1_000_000;

/** Deciles of the standard normal distribution, from tables, and points far out with the share beyond them. */
const DECILES = [
  -1.2815516, -0.8416212, -0.5244005, -0.2533471, 0, 0.2533471, 0.5244005, 0.8416212, 1.2815516,
];
const BEYOND = [
  [2, 0.0227501],
  [3, 0.0013499],
  [3.5, 0.00023263],
  [4, 0.00003167],
] as const;

it('is a standard normal number, its tails too', () => {
  const random = seededRandom('fast normal');
  const inDecile = new Array<number>(10).fill(0);
  const above = BEYOND.map(() => 0);
  const below = BEYOND.map(() => 0);
  const moments = [0, 0, 0, 0];
  for (let drawn = 0; drawn < COUNT; drawn += 1) {
    const value = fastNormal(random);
    inDecile[DECILES.filter((edge) => value > edge).length]! += 1;
    for (const [at, [point]] of BEYOND.entries()) {
      above[at]! += Number(value > point);
      below[at]! += Number(value < -point);
    }
    for (let power = 1; power <= 4; power += 1) moments[power - 1]! += value ** power / COUNT;
  }
  // 9 degrees of freedom: 99.99 % are below 33.7.
  const expected = COUNT / 10;
  expect(inDecile.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(33.7);
  for (const [at, [, share]] of BEYOND.entries()) {
    const deviation = Math.sqrt(COUNT * share);
    expect(Math.abs(above[at]! - COUNT * share)).toBeLessThan(4.5 * deviation);
    expect(Math.abs(below[at]! - COUNT * share)).toBeLessThan(4.5 * deviation);
  }
  // Deviations of the means of powers 1 to 4: sqrt of 1, 2, 15 and 96 by count.
  for (const [at, [mean, variance]] of (
    [
      [0, 1],
      [1, 2],
      [0, 15],
      [3, 96],
    ] as const
  ).entries()) {
    expect(Math.abs(moments[at]! - mean)).toBeLessThan(4.5 * Math.sqrt(variance / COUNT));
  }
});

it('takes one draw almost always', () => {
  const random = seededRandom('draws');
  let draws = 0;
  const counted = () => {
    draws += 1;
    return random();
  };
  for (let drawn = 0; drawn < 100_000; drawn += 1) fastNormal(counted);
  expect(draws / 100_000).toBeLessThan(1.05);
});

it.each([Number.NaN, 1, -0.1, -0.001, 2, undefined])('refuses a generator that gives %s', (drawn) => {
  expect(() => fastNormal(() => drawn as number)).toThrow(
    expect.objectContaining({ code: 'OPTION_INVALID' }),
  );
});
