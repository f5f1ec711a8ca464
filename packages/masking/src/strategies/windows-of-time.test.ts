import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import type { MaskingStrategy, TokenGrid } from '../strategy.js';
import { causalMasking } from './causal-masking.js';
import { windowMasking } from './window-masking.js';

const grid = { slices: 8, rows: 14, columns: 14 };

/** Visible tokens of each slice. */
function shown(strategy: MaskingStrategy, of: TokenGrid = grid, clip = 0): number[] {
  const { visible } = strategy.mask({ grid: of, random: seededRandom('window', clip), cues: {} });
  const counts = new Array<number>(of.slices).fill(0);
  for (const token of visible) counts[Math.floor(token / (of.rows * of.columns))]! += 1;
  return counts;
}

describe('causalMasking', () => {
  it('shows the first slices and masks the rest', () => {
    expect(shown(causalMasking({ ratio: 0.5 }))).toEqual([196, 196, 196, 196, 0, 0, 0, 0]);
    expect(shown(causalMasking({ ratio: 0.875 }))).toEqual([196, 0, 0, 0, 0, 0, 0, 0]);
    expect(shown(causalMasking({ ratio: 0 }))).toEqual(new Array(8).fill(196));
  });

  it('shows some tokens of the slice at the border, others in each clip', () => {
    // floor(1568 * 0.9) = 1411 masked, 157 visible.
    const masking = causalMasking({ ratio: 0.9 });
    expect(shown(masking)).toEqual([157, 0, 0, 0, 0, 0, 0, 0]);
    const times = new Array<number>(196).fill(0);
    for (let clip = 0; clip < 400; clip += 1) {
      const { visible } = masking.mask({ grid, random: seededRandom('border', clip), cues: {} });
      for (const token of visible) times[token]! += 1;
    }
    // Each of the slice's tokens in 157 / 196 of 400 clips: 320, with a deviation of 8.
    expect(Math.min(...times)).toBeGreaterThan(320 - 5 * 8);
    expect(Math.max(...times)).toBeLessThan(320 + 5 * 8);
  });

  it('needs no draw where the border lies between two slices', () => {
    const random = () => {
      throw new Error('a draw');
    };
    const mask = causalMasking({ ratio: 0.25 }).mask({ grid, random, cues: {} });
    expect(mask.visible.length).toBe(6 * 196);
  });
});

describe('windowMasking', () => {
  it('shows the slices of its part of the time alone', () => {
    expect(shown(windowMasking({ from: 0.75, to: 1 }))).toEqual([0, 0, 0, 0, 0, 0, 196, 196]);
    expect(shown(windowMasking({ from: 0.5, to: 0.625 }))).toEqual([0, 0, 0, 0, 196, 0, 0, 0]);
    expect(shown(windowMasking({ from: 1 / 3, to: 2 / 3 }), { slices: 3, rows: 2, columns: 5 })).toEqual([
      0, 10, 0,
    ]);
    expect(shown(windowMasking({ from: 0, to: 1 }))).toEqual(new Array(8).fill(196));
  });

  it('shares no token with what a causal mask shows before it', () => {
    for (const ratio of [0.5, 0.3, 0.71]) {
      const before = shown(causalMasking({ ratio }));
      const behind = shown(windowMasking({ from: Math.ceil(8 * (1 - ratio)) / 8, to: 1 }));
      expect(before.every((count, slice) => count === 0 || behind[slice] === 0)).toBe(true);
    }
  });

  it('shows a token where its part is smaller than one, and the border slices in part', () => {
    expect(shown(windowMasking({ from: 0.99999, to: 1 }))).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
    // Tokens 784 - 98 to 784 + 98 of 1568.
    expect(shown(windowMasking({ from: 7 / 16, to: 9 / 16 }))).toEqual([0, 0, 0, 98, 98, 0, 0, 0]);
  });

  it.each([
    { from: 0.5, to: 0.5 },
    { from: 0.5, to: 0.25 },
    { from: 1, to: 1 },
    { from: -0.1, to: 1 },
    { from: 0, to: 1.1 },
    { from: 0, to: 0 },
    { from: Number.NaN, to: 1 },
    { from: 0 },
  ])('refuses %o', (options) => {
    expect(() => windowMasking(options as never)).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
