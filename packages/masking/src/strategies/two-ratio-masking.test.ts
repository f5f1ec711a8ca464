import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { maskingContract } from '../contract/contract.js';
import type { TokenGrid } from '../strategy.js';
import { type TwoRatioMaskingOptions, twoRatioMasking } from './two-ratio-masking.js';

const usual = { salientShare: 0.3, salientRatio: 0.9, backgroundRatio: 0.5 };
const contract = maskingContract('two-ratio', () => twoRatioMasking(usual), {
  factory: { make: twoRatioMasking, options: usual },
});
for (const check of contract) it(check.name, () => check.run());

describe('twoRatioMasking by hand', () => {
  const grid = { slices: 2, rows: 2, columns: 5 };
  /** Salient: tokens 0 to 3 of the first slice, 6 to 9 of the second. */
  const tokenScores = Float32Array.of(9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  const isSalient = (token: number) => (token < 10 ? token < 4 : token >= 16);
  const hidden = (options: TwoRatioMaskingOptions, seed = 0, on: TokenGrid = grid, scores = tokenScores) => {
    const request = { grid: on, random: seededRandom(seed), cues: { tokenScores: scores } };
    return [...twoRatioMasking(options).mask(request).masked];
  };

  it('hides its share of each kind in each slice, each token of a kind as often as another', () => {
    const options = { salientShare: 0.4, salientRatio: 0.75, backgroundRatio: 0.5 };
    const counts = new Array<number>(20).fill(0);
    const clips = 2000;
    for (let clip = 0; clip < clips; clip += 1) {
      const tokens = hidden(options, clip);
      for (const slice of [0, 1]) {
        const own = tokens.filter((token) => Math.floor(token / 10) === slice);
        expect(own.filter(isSalient)).toHaveLength(3);
        expect(own).toHaveLength(6);
      }
      for (const token of tokens) counts[token]! += 1;
    }
    counts.forEach((count, token) => {
      // A share's deviation is at most 0.0112.
      expect(Math.abs(count / clips - (isSalient(token) ? 0.75 : 0.5))).toBeLessThan(0.055);
    });
  });
  it.each([
    // [share, ratio of the salient, of the background, hidden of the salient, of the background] of ten cells.
    [0.4, 1, 0, 4, 0],
    [0.4, 0, 1, 0, 6],
    [0.4, 1, 0.5, 4, 3],
    [0.3, 1, 0, 3, 0],
    // The ratio is 0.66, so 6 are hidden: round(4 * 0.9) = 4 and 2.
    [0.4, 0.9, 0.5, 4, 2],
    [0, 0.9, 0.5, 0, 5],
    [1, 0.9, 0.5, 9, 0],
    // 0.25 of ten are 2 salient ones. The ratio is 0.35, so 3 are hidden: round(2 * 0.5) = 1 and 2.
    [0.25, 0.5, 0.3, 1, 2],
    // 0.35 of ten are 3. The ratio is 0.8875, so 8 are hidden: 2 of the 3, since round(3 * 0.75) is 2, and 6 of the 7.
    [0.35, 0.75, 0.9615384615384616, 2, 6],
  ])(
    'counts: %d salient at %d, the rest at %d',
    (salientShare, salientRatio, backgroundRatio, salient, rest) => {
      for (let seed = 0; seed < 30; seed += 1) {
        const tokens = hidden({ salientShare, salientRatio, backgroundRatio }, seed);
        const first = tokens.filter((token) => token < 10);
        const isOfShare = (token: number) => token < Math.floor(10 * salientShare);
        expect([first.filter(isOfShare).length, first.filter((token) => !isOfShare(token)).length]).toEqual([
          salient,
          rest,
        ]);
      }
    },
  );
  it('says its ratio, and which side it hides', () => {
    const of = (salientShare: number, salientRatio: number, backgroundRatio: number) => {
      const { ratio, hides } = twoRatioMasking({ salientShare, salientRatio, backgroundRatio });
      return [ratio, hides?.select];
    };
    expect(of(0.25, 0.9, 0.5)).toEqual([0.6, 'top']);
    expect(of(0.25, 0.5, 0.9)).toEqual([0.8, 'bottom']);
    expect(of(0.25, 0.5, 0.5)).toEqual([0.5, undefined]);
    expect(of(0, 0.9, 0.5)).toEqual([0.5, undefined]);
  });
  it('refuses ratios that leave nothing visible, and numbers that are no shares', () => {
    const invalid = expect.objectContaining({ code: 'OPTION_INVALID' });
    expect(() => twoRatioMasking({ salientShare: 0.5, salientRatio: 1, backgroundRatio: 1 })).toThrow(
      invalid,
    );
    expect(() => twoRatioMasking({ salientShare: 1, salientRatio: 1, backgroundRatio: 0 })).toThrow(invalid);
    expect(() => twoRatioMasking({ ...usual, salientShare: 1.1 })).toThrow(invalid);
    expect(() => twoRatioMasking({ ...usual, backgroundRatio: -0.1 })).toThrow(invalid);
  });
});
