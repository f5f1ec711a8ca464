import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { maskingContract } from '../contract/contract.js';
import type { TokenGrid } from '../strategy.js';
import { type AttentionMaskingOptions, attentionMasking } from './attention-masking.js';

for (const select of ['high', 'low', 'hint', 'keep'] as const) {
  const options = { ratio: 0.75, select };
  const checks = maskingContract(`attention ${select}`, () => attentionMasking(options), {
    factory: { make: attentionMasking, options },
  });
  for (const check of checks) it(check.name, () => check.run());
}

describe('hints of all that is attended to', () => {
  // Half of the tokens are shown, the highest: those that are hidden are the lowest. Or chance chooses all.
  for (const hintFrom of [0.5, 1]) {
    const options = { ratio: 0.5, select: 'hint', hintFrom, hintShare: 1 } as const;
    for (const check of maskingContract(`hint from ${hintFrom}`, () => attentionMasking(options))) {
      it(check.name, () => check.run());
    }
  }
  it('say nothing of a side, others do', () => {
    const sideOf = (change: object) => attentionMasking({ ratio: 0.5, select: 'hint', ...change }).hides;
    const top = { cue: 'attention', select: 'top' };
    expect(sideOf({})).toEqual(top);
    expect(sideOf({ hintFrom: 0.4, hintShare: 1 })).toBeUndefined(); // ranks 0.4 to 0.9: 0.65 in the mean
    expect(sideOf({ hintFrom: 0.2, hintShare: 1 })).toEqual(top); // 0.2 to 0.7: 0.45
  });
});

const hidden = (options: AttentionMaskingOptions, grid: TokenGrid, numbers: readonly number[], seed = 0) => {
  const cues = { attention: Float32Array.from(numbers) };
  return [...attentionMasking(options).mask({ grid, random: seededRandom(seed), cues }).masked];
};

/** How often each token is hidden in so many clips. */
function shares(options: AttentionMaskingOptions, grid: TokenGrid, numbers: readonly number[], clips = 4000) {
  const counts = numbers.map(() => 0);
  for (let clip = 0; clip < clips; clip += 1) {
    for (const token of hidden(options, grid, numbers, clip)) counts[token]! += 1;
  }
  return counts.map((count) => count / clips);
}

/** Within five deviations of a share of 4000, which are 0.04 at most. */
const expectShares = (found: readonly number[], expected: readonly number[]) =>
  expected.forEach((share, token) => {
    expect(Math.abs(found[token]! - share)).toBeLessThanOrEqual(5 * Math.sqrt((share * (1 - share)) / 4000));
  });

describe('high and low by hand', () => {
  const grid = { slices: 2, rows: 1, columns: 4 };
  const numbers = [0.1, 0.4, 0.2, 0.3, /* slice 1 */ 5, 5, 5, 9];

  it('hide the highest and the lowest of each slice, ties to the lower number', () => {
    expect(hidden({ ratio: 0.5 }, grid, numbers)).toEqual([1, 3, 4, 7]);
    expect(hidden({ ratio: 0.5, select: 'low' }, grid, numbers)).toEqual([0, 2, 4, 5]);
  });
});

describe('hint by hand', () => {
  const grid = { slices: 1, rows: 2, columns: 5 };
  const numbers = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
  const options = { ratio: 0.5, select: 'hint', hintFrom: 0.4, hintShare: 0.5 } as const;

  it('shows some of the highest again and hides the next in their place', () => {
    // Half of the four highest are shown, so seven minus two are hidden.
    for (let seed = 0; seed < 50; seed += 1) {
      const tokens = hidden(options, grid, numbers, seed);
      expect(tokens).toHaveLength(5);
      expect(tokens.slice(-3)).toEqual([4, 5, 6]);
      expect(tokens.filter((token) => token < 4)).toHaveLength(2);
    }
    expectShares(shares(options, grid, numbers), [0.5, 0.5, 0.5, 0.5, 1, 1, 1, 0, 0, 0]);
  });
  it('shows so many hints as the share allows, in whole tokens', () => {
    // Three of four tokens would be above the share.
    const tokens = hidden({ ...options, hintShare: 0.7 }, grid, numbers);
    expect(tokens.filter((token) => token < 4)).toHaveLength(2);
    expect(tokens.slice(-3)).toEqual([4, 5, 6]);
  });
  it('is high without hints, and shows all of the highest at a share of 1', () => {
    expect(hidden({ ...options, hintShare: 0 }, grid, numbers)).toEqual([0, 1, 2, 3, 4]);
    expect(hidden({ ...options, hintFrom: 0 }, grid, numbers)).toEqual([0, 1, 2, 3, 4]);
    expect(hidden({ ...options, hintShare: 1 }, grid, numbers)).toEqual([4, 5, 6, 7, 8]);
  });
  it('shows no more than stays visible', () => {
    // Nine of ten are hidden: one hint, of the four highest.
    const tight = { ...options, ratio: 0.9 };
    for (let seed = 0; seed < 20; seed += 1) {
      const tokens = hidden(tight, grid, numbers, seed);
      expect(tokens).toHaveLength(9);
      expect(tokens).toEqual(expect.arrayContaining([4, 5, 6, 7, 8, 9]));
    }
  });
});

describe('keep by hand', () => {
  const grid = { slices: 1, rows: 1, columns: 4 };
  const weights = [0.1, 0.2, 0.3, 0.4];

  it('shows one token in proportion to its attention, whatever the attention sums to', () => {
    for (const scale of [1, 1e-6, 1e6]) {
      const found = shares(
        { ratio: 0.75, select: 'keep' },
        grid,
        weights.map((weight) => weight * scale),
      );
      expectShares(
        found,
        weights.map((weight) => 1 - weight),
      );
    }
  });
  it('shows the second among those that are left', () => {
    // Shown first, or second behind any of the others.
    const shown = weights.map((own, token) =>
      weights.reduce((sum, first, other) => (other === token ? sum : sum + (first * own) / (1 - first)), own),
    );
    expect(shown.reduce((sum, share) => sum + share, 0)).toBeCloseTo(2, 10);
    expectShares(
      shares({ ratio: 0.5, select: 'keep' }, grid, weights),
      shown.map((share) => 1 - share),
    );
  });
  it('shows tokens without attention last, and at random', () => {
    const found = shares({ ratio: 0.25, select: 'keep' }, grid, [0, 0, 1e-6, 1]);
    expectShares(found, [0.5, 0.5, 0, 0]);
    expectShares(shares({ ratio: 0.5, select: 'keep' }, grid, [0, 0, 0, 0]), [0.5, 0.5, 0.5, 0.5]);
  });
  it('draws each slice for itself', () => {
    const two = { slices: 2, rows: 1, columns: 2 };
    let same = 0;
    for (let clip = 0; clip < 1000; clip += 1) {
      const tokens = hidden({ ratio: 0.5, select: 'keep' }, two, [1, 1, 1, 1], clip);
      expect(tokens).toHaveLength(2);
      if (tokens[1]! - tokens[0]! === 2) same += 1;
    }
    expect(Math.abs(same - 500)).toBeLessThan(80); // deviation 16
  });
});

it('refuses attention below 0, and options that are none', () => {
  const grid = { slices: 1, rows: 1, columns: 2 };
  expect(() => hidden({ ratio: 0.5 }, grid, [0.5, -0.1])).toThrow(
    expect.objectContaining({ code: 'CUE_NEGATIVE', received: expect.stringContaining('position 1') }),
  );
  const invalid = expect.objectContaining({ code: 'OPTION_INVALID' });
  expect(() => attentionMasking({ ratio: 0.5, select: 'top' as never })).toThrow(invalid);
  expect(() => attentionMasking({ ratio: 0.5, select: 'hint', hintFrom: 2 })).toThrow(invalid);
  expect(() => attentionMasking({ ratio: 0.5, select: 'hint', hintShare: -1 })).toThrow(invalid);
});

it.each(['hintFrom', 'hintShare'] as const)('refuses %s where nothing reads it', (option) => {
  for (const select of ['high', 'low', 'keep', undefined] as const) {
    expect(() => attentionMasking({ ratio: 0.5, ...(select && { select }), [option]: 0.3 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: `attentionMasking, option ${option}` }),
    );
  }
  expect(() => attentionMasking({ ratio: 0.5, select: 'hint', [option]: 0.3 })).not.toThrow();
});
