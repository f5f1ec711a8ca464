import { normal, seededRandom } from '@tgm/random';
import { expect, it } from 'vitest';
import { medianFinder } from './median.js';

/** By sorting: the one in the middle, of an even count the larger of two. */
const bySorting = (values: readonly number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

it('is the number in the middle, of an even count the larger of two (by hand)', () => {
  const median = medianFinder(6);
  const of = (...values: number[]) => median(Float32Array.from(values), values.length);
  expect(of(7)).toBe(7);
  expect(of(3, -1)).toBe(3);
  expect(of(5, 1, 2, 9, 3)).toBe(3);
  expect(of(5, 1, 2, 9)).toBe(5);
  expect(of(4, 4, 4, 4)).toBe(4);
  // Numbers behind the count do not count.
  expect(median(Float32Array.of(1, 2, 3, 100, 100), 3)).toBe(2);
});

it('is that of sorting: for any numbers, for lists of few different ones, and for ranges at the ends of a float', () => {
  const random = seededRandom('median');
  const kinds: (() => number)[] = [
    () => normal(random),
    () => Math.round(2 * normal(random)),
    () => normal(random) ** 9,
    () => (random() < 0.05 ? 1e6 : 1e-6 * random()),
    () => normal(random) * 3e38 * 0.2,
    () => normal(random) * 1e-44,
  ];
  const median = medianFinder(200);
  for (const draw of kinds) {
    for (let list = 0; list < 200; list += 1) {
      const values = Array.from({ length: 1 + Math.floor(random() * 200) }, () => Math.fround(draw()));
      const finite = values.map((value) => (Number.isFinite(value) ? value + 0 : 0));
      expect(median(Float32Array.from(finite), finite.length)).toBe(bySorting(finite));
    }
  }
});
