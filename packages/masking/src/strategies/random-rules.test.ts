import { existsSync, readFileSync } from 'node:fs';
import { seededRandom, uniformIndex } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { maskedCount } from '../masked-count.js';
import type { MaskingStrategy, TokenGrid } from '../strategy.js';
import { tokenCount, tokensPerSlice } from '../token-grid.js';
import { mixedMasking } from './mixed-masking.js';
import { randomMasking } from './random-masking.js';
import { randomSliceMasking } from './random-slice-masking.js';
import { textGuidedMasking } from './text-guided-masking.js';
import { tubeMasking } from './tube-masking.js';

const base = { slices: 8, rows: 14, columns: 14 };
const draw = (strategy: MaskingStrategy, grid: TokenGrid, clip: number) =>
  strategy.mask({ grid, random: seededRandom('clip', clip), cues: {} });

const maskedInSlice = (masked: Uint32Array, grid: TokenGrid, slice: number) =>
  [...masked]
    .filter((token) => Math.floor(token / tokensPerSlice(grid)) === slice)
    .map((token) => token % tokensPerSlice(grid));

/** How often each token is masked over many clips, as a z score of the expected share. */
function frequencyScores(strategy: MaskingStrategy, grid: TokenGrid, share: number, clips: number): number[] {
  const counts = new Array<number>(tokenCount(grid)).fill(0);
  for (let clip = 0; clip < clips; clip += 1) {
    for (const token of draw(strategy, grid, clip).masked) counts[token]! += 1;
  }
  return counts.map((count) => (count / clips - share) / Math.sqrt((share * (1 - share)) / clips));
}

describe('maskedCount', () => {
  it('is the floor of the exact product, not of the rounded one', () => {
    expect(0.29 * 100).toBeLessThan(29);
    expect(maskedCount(100, 0.29)).toBe(29);
    expect(maskedCount(195, 0.6)).toBe(117);
    expect(maskedCount(196, 0.6)).toBe(117);
    expect(maskedCount(1568, 0.9)).toBe(1411);
    expect(maskedCount(3, 0.5)).toBe(1);
    expect(maskedCount(4, 1 - 1e-12)).toBe(3);
  });
  it('takes a fraction for what it is meant', () => {
    for (let total = 1; total <= 300; total += 1) {
      for (let masked = 0; masked < total; masked += 1)
        expect(maskedCount(total, masked / total)).toBe(masked);
    }
    expect(maskedCount(196, 1 / 7)).toBe(28);
  });
  it('agrees with whole-number arithmetic on the decimal text, for all texts of 15 digits with the total', () => {
    const random = seededRandom('decimals');
    for (let trial = 0; trial < 20_000; trial += 1) {
      const totalDigits = 1 + uniformIndex(7, random);
      const total = 1 + uniformIndex(10 ** totalDigits - 1, random);
      const digits = 1 + uniformIndex(15 - totalDigits, random);
      // Half of the ratios lie right below or on a whole number of tokens.
      const near = uniformIndex(total, random) / total;
      const drawn = Math.ceil((trial % 2 ? random() : near) * 10 ** digits) - uniformIndex(2, random);
      const decimal = BigInt(Math.min(Math.max(drawn, 0), 10 ** digits - 1));
      const text = `0.${decimal.toString().padStart(digits, '0')}`;
      const exact = Number((BigInt(total) * decimal) / 10n ** BigInt(digits));
      expect(maskedCount(total, Number(text)), `${total} * ${text}`).toBe(exact);
    }
  });
  it('agrees with whole-number arithmetic for every percentage of every small grid', () => {
    for (let total = 1; total <= 400; total += 1) {
      for (let percent = 0; percent < 100; percent += 1) {
        expect(maskedCount(total, percent / 100)).toBe(Math.floor((total * percent) / 100));
      }
    }
  });
});

describe('randomMasking', () => {
  it('hides floor(tokens * ratio), equally often everywhere, unequally over slices', () => {
    const grid = { slices: 4, rows: 4, columns: 5 };
    const strategy = randomMasking({ ratio: 0.75 });
    expect(draw(strategy, base, 0).masked).toHaveLength(1176);
    const scores = frequencyScores(strategy, grid, 0.75, 4000);
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4.5);
    const spread = scores.reduce((sum, score) => sum + score ** 2, 0) / scores.length;
    expect(spread).toBeGreaterThan(0.5); // 1 but for the fixed total; 79 degrees of freedom
    expect(spread).toBeLessThan(1.6);
    const perSlice = new Set(
      Array.from(
        { length: 20 },
        (_, clip) => maskedInSlice(draw(strategy, grid, clip).masked, grid, 0).length,
      ),
    );
    expect(perSlice.size).toBeGreaterThan(1);
  });
});

describe('randomSliceMasking', () => {
  it('hides the same number in each slice, at places of its own', () => {
    const strategy = randomSliceMasking({ ratio: 0.6 });
    const { masked } = draw(strategy, base, 1);
    const slices = Array.from({ length: 8 }, (_, slice) => maskedInSlice(masked, base, slice));
    expect(slices.map((cells) => cells.length)).toEqual(new Array(8).fill(117));
    expect(new Set(slices.map((cells) => cells.join())).size).toBe(8);
    // Two independent slices share 117 * 117 / 196 = 69.8 cells in the mean, with a deviation of 3.4.
    const shared = slices[0]!.filter((cell) => slices[1]!.includes(cell)).length;
    expect(Math.abs(shared - 69.8)).toBeLessThan(14);
    const scores = frequencyScores(strategy, { slices: 2, rows: 3, columns: 5 }, 9 / 15, 4000);
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4.5);
  });
});

describe('tubeMasking', () => {
  it('hides the same cells in all slices: 176 of 196 at 0.9', () => {
    const { masked, visible } = draw(tubeMasking({ ratio: 0.9 }), base, 0);
    const first = maskedInSlice(masked, base, 0);
    expect(first).toHaveLength(176);
    expect(visible).toHaveLength(160);
    for (let slice = 1; slice < 8; slice += 1) expect(maskedInSlice(masked, base, slice)).toEqual(first);
  });
  it('counts as VideoMAE does, by truncation of the rounded product', () => {
    const grid = { slices: 1, rows: 10, columns: 10 };
    expect(draw(tubeMasking({ ratio: 0.29 }), grid, 0).masked).toHaveLength(28);
  });
});

interface TubeCase {
  readonly grid: [number, number, number];
  readonly mask_ratio: number;
  readonly masked_per_frame: number;
  readonly per_position_frequency: { readonly mean: number };
}

const fixture = new URL('../../../../../shared/fixtures/parity/masks.json', import.meta.url);
describe.skipIf(!existsSync(fixture))('tubeMasking against the reference generator', () => {
  const cases: TubeCase[] = existsSync(fixture) ? JSON.parse(readFileSync(fixture, 'utf8')).tube.cases : [];
  it.each(cases)('$grid at $mask_ratio', (reference) => {
    const [slices, rows, columns] = reference.grid;
    const grid = { slices, rows, columns };
    const strategy = tubeMasking({ ratio: reference.mask_ratio });
    const patterns = new Set<string>();
    for (let clip = 0; clip < 1000; clip += 1) {
      const { masked } = draw(strategy, grid, clip);
      const first = maskedInSlice(masked, grid, 0);
      expect(masked).toHaveLength(reference.masked_per_frame * slices);
      patterns.add(first.join());
    }
    const scores = frequencyScores(strategy, grid, reference.per_position_frequency.mean, 1000);
    expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4.5);
    // Repeats are to be expected where there are few patterns: 1820 at 4 x 4, 6435 at 3 x 5.
    const possible = rows * columns === 16 ? 1820 : rows * columns === 15 ? 6435 : Number.POSITIVE_INFINITY;
    const expected =
      possible === Number.POSITIVE_INFINITY ? 1000 : possible * (1 - (1 - 1 / possible) ** 1000);
    expect(Math.abs(patterns.size - expected)).toBeLessThanOrEqual(60);
  });
});

describe('mixedMasking', () => {
  const grid = { slices: 2, rows: 4, columns: 4 };
  const cues = { tokenScores: Float32Array.from({ length: 32 }, (_, token) => -token) };
  const text = textGuidedMasking({ ratio: 0.5 });
  const countOther = (share: number) => {
    const strategy = mixedMasking(text, randomSliceMasking({ ratio: 0.5 }), { share });
    const pure = text.mask({ grid, random: seededRandom(0), cues }).masked.join();
    let others = 0;
    for (let clip = 0; clip < 2000; clip += 1) {
      if (strategy.mask({ grid, random: seededRandom(clip), cues }).masked.join() !== pure) others += 1;
    }
    return others;
  };
  it('takes the other strategy for its share of the clips', () => {
    expect(countOther(0)).toBe(0);
    expect(countOther(1)).toBe(2000); // one chance in 12870^2 to draw the text mask
    expect(Math.abs(countOther(0.3) - 600)).toBeLessThan(82); // four deviations of 20.5
  });
  it('refuses strategies that hide different numbers', () => {
    const strategy = mixedMasking(text, tubeMasking({ ratio: 0.75 }), { share: 0 });
    expect(() => strategy.mask({ grid, random: seededRandom(0), cues })).toThrow(
      expect.objectContaining({ code: 'MASK_COUNT_MISMATCH' }),
    );
  });
});
