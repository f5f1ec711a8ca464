import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { maskingContract } from '../contract/contract.js';
import type { TokenGrid } from '../strategy.js';
import { semanticMasking } from './semantic-masking.js';

const usual = { ratio: 0.75, epochs: 100 };
const contract = maskingContract('semantic', () => semanticMasking(usual), {
  factory: { make: semanticMasking, options: usual },
});
for (const check of contract) it(check.name, () => check.run());

/** Parts of the given sizes, one after the other. */
const partsOf = (...sizes: number[]) => sizes.flatMap((size, part) => new Array<number>(size).fill(part));

/** How many tokens of each part are hidden in each slice, at so many epochs of 10. */
function hiddenOf(grid: TokenGrid, parts: readonly number[], ratio: number, epoch: number, seed: number) {
  const { masked } = semanticMasking({ ratio, epochs: 10 }).mask({
    grid,
    random: seededRandom(seed),
    cues: { parts: Uint8Array.from(parts) },
    epoch,
  });
  const perSlice = grid.rows * grid.columns;
  return Array.from({ length: grid.slices }, (_, slice) => {
    const counts = new Array<number>(Math.max(...parts) + 1).fill(0);
    for (const token of masked) {
      if (Math.floor(token / perSlice) === slice) counts[parts[token]!]! += 1;
    }
    return counts;
  });
}

/** What is met in so many clips, and how often. */
function met(of: (seed: number) => unknown, clips = 400): Map<string, number> {
  const times = new Map<string, number>();
  for (let seed = 0; seed < clips; seed += 1) {
    const key = JSON.stringify(of(seed));
    times.set(key, (times.get(key) ?? 0) + 1);
  }
  return times;
}

/** That each of these is met, and nothing else, as often as another of them, within five deviations. */
function expectEvenly(times: Map<string, number>, cases: readonly unknown[], clips = 400): void {
  expect(new Set(times.keys())).toEqual(new Set(cases.map((each) => JSON.stringify(each))));
  const share = 1 / cases.length;
  for (const count of times.values()) {
    expect(Math.abs(count - clips * share)).toBeLessThan(5 * Math.sqrt(clips * share * (1 - share)) + 1);
  }
}

describe('semanticMasking by hand', () => {
  const ten = { slices: 1, rows: 2, columns: 5 };

  it('hides the ratio of each part at the beginning', () => {
    expectEvenly(
      met((seed) => hiddenOf(ten, partsOf(4, 6), 0.5, 0, seed)),
      [[[2, 3]]],
    );
  });
  it('hides whole parts at the end and behind it, in any order of the parts', () => {
    for (const epoch of [10, 25]) {
      expectEvenly(
        met((seed) => hiddenOf(ten, partsOf(4, 6), 0.5, epoch, seed)),
        [[[4, 1]], [[0, 5]]],
      );
    }
  });
  it('hides whole parts behind the end as at it, also where the last one is cut', () => {
    const twenty = { slices: 1, rows: 4, columns: 5 };
    const of = (epoch: number) =>
      new Set(met((seed) => hiddenOf(twenty, partsOf(2, 8, 10), 0.5, epoch, seed)).keys());
    // By the first two parts: 0 and 1 in either order, 0 and 2, 1 and 2, 2 alone.
    expect(of(10)).toEqual(new Set(['[[2,8,0]]', '[[2,0,8]]', '[[0,8,2]]', '[[0,0,10]]']));
    expect(of(25)).toEqual(of(10));
  });
  it('goes from one to the other by the square of the epoch', () => {
    const twenty = { slices: 1, rows: 4, columns: 5 };
    // At sqrt(1 / 2) of the epochs lambda is 1 / 2. Of each part's own: 2 and 8. Whole parts: 4 and 6, or 0 and 10.
    expectEvenly(
      met((seed) => hiddenOf(twenty, partsOf(4, 16), 0.5, 10 * Math.SQRT1_2, seed)),
      [[[3, 7]], [[1, 9]]],
    );
    // At half of the epochs lambda is 3 / 4. Of 8 and 32 tokens of their own: 4 and 16. Whole parts: 8 and 12, or 0 and 20.
    const forty = { slices: 1, rows: 5, columns: 8 };
    expectEvenly(
      met((seed) => hiddenOf(forty, partsOf(8, 32), 0.5, 5, seed)),
      [[[5, 15]], [[3, 17]]],
    );
  });
  it('takes the same whole parts in all slices, whatever their sizes there', () => {
    const grid = { slices: 2, rows: 2, columns: 5 };
    expectEvenly(
      met((seed) => hiddenOf(grid, [...partsOf(4, 6), ...partsOf(5, 5)], 0.5, 10, seed)),
      [
        [
          [4, 1],
          [5, 0],
        ],
        [
          [0, 5],
          [0, 5],
        ],
      ],
    );
  });
  it('hides or shows others where the rounded quotas miss the count', () => {
    // 1.5 of three is 2, 2 of four: six, and five are to be hidden.
    const over = met((seed) => hiddenOf(ten, partsOf(3, 3, 4), 0.5, 0, seed));
    expectEvenly(over, [[[1, 2, 2]], [[2, 1, 2]], [[2, 2, 1]]]);
    // 0.4 of one is 0: two of the five are to be hidden.
    const five = { slices: 1, rows: 1, columns: 5 };
    const under = met((seed) => hiddenOf(five, partsOf(1, 1, 1, 1, 1), 0.4, 0, seed));
    expect(under.size).toBe(10);
  });
  it('draws the tokens of a part evenly', () => {
    const counts = new Array<number>(10).fill(0);
    for (let seed = 0; seed < 800; seed += 1) {
      const { masked } = semanticMasking({ ratio: 0.5, epochs: 10 }).mask({
        grid: ten,
        random: seededRandom(seed),
        cues: { parts: Uint8Array.from(partsOf(4, 6)) },
      });
      for (const token of masked) counts[token]! += 1;
    }
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(71); // deviation 14
  });
  it('takes a request without an epoch for the beginning', () => {
    const cues = { parts: Uint8Array.from(partsOf(4, 6)) };
    const { mask } = semanticMasking({ ratio: 0.5, epochs: 10 });
    expect(mask({ grid: ten, random: seededRandom(1), cues })).toEqual(
      mask({ grid: ten, random: seededRandom(1), cues, epoch: 0 }),
    );
  });
});

describe('semanticMasking refuses', () => {
  const grid = { slices: 1, rows: 1, columns: 2 };
  it.each([0, -1, Number.NaN, '10', undefined])('the epochs %o', (epochs) => {
    expect(() => semanticMasking({ ratio: 0.5, epochs: epochs as number })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'semanticMasking, option epochs' }),
    );
  });
  it.each([
    ['CUE_MISSING', {}],
    ['CUE_WRONG_KIND', { parts: Float32Array.of(0, 1) }],
    ['CUE_WRONG_SIZE', { parts: Uint8Array.of(0) }],
  ])('%s', (code, cues) => {
    const { mask } = semanticMasking(usual);
    expect(() => mask({ grid, random: seededRandom(0), cues: cues as never })).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
