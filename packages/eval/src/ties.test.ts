import { expect, it } from 'vitest';
import { chanceAmongFirst } from './ties.js';

/** All orders of `total` things of which the first `right` are right. */
function* orders(total: number, rest = Array.from({ length: total }, (_, i) => i)): Generator<number[]> {
  if (rest.length === 0) yield [];
  for (const first of rest) {
    for (const others of orders(
      total,
      rest.filter((one) => one !== first),
    ))
      yield [first, ...others];
  }
}

it('is the share of all orders that have a right one among the first k', () => {
  for (const total of [1, 3, 5]) {
    const all = [...orders(total)];
    for (let right = 1; right <= total; right++) {
      for (let k = -1; k <= total + 1; k++) {
        const found = all.filter((order) => order.slice(0, Math.max(0, k)).some((one) => one < right));
        expect(chanceAmongFirst(k, total, right)).toBeCloseTo(found.length / all.length, 12);
      }
    }
  }
});
