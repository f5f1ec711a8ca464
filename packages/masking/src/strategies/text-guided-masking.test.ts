import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import type { TokenGrid } from '../strategy.js';
import { type TextGuidedMaskingOptions, textGuidedMasking } from './text-guided-masking.js';

const mask = (options: TextGuidedMaskingOptions, grid: TokenGrid, tokenScores: Float32Array, seed = 0) =>
  textGuidedMasking(options).mask({ grid, random: seededRandom(seed), cues: { tokenScores } });

describe('textGuidedMasking by hand', () => {
  const grid = { slices: 2, rows: 2, columns: 2 };
  const tokenScores = Float32Array.of(0.1, 0.9, 0.9, 0.2, /* slice 1 */ 0.5, 0.5, 0.5, 0.7);

  it('hides the best of each slice, ties to the lower number', () => {
    expect([...mask({ ratio: 0.5 }, grid, tokenScores).masked]).toEqual([1, 2, 4, 7]);
    expect([...mask({ ratio: 0.25 }, grid, tokenScores).masked]).toEqual([1, 7]);
  });
  it('hides the worst of each slice, ties to the lower number', () => {
    expect([...mask({ ratio: 0.5, select: 'bottom' }, grid, tokenScores).masked]).toEqual([0, 3, 4, 5]);
  });
  it('hides a count per slice and not per clip', () => {
    const bright = Float32Array.of(9, 9, 9, 9, 0, 0, 0, 1);
    expect([...mask({ ratio: 0.5 }, grid, bright).masked]).toEqual([0, 1, 4, 7]);
  });
  it('gives 117 masked and 79 visible tokens a slice at 0.6', () => {
    const clip = { slices: 8, rows: 14, columns: 14 };
    const { masked, visible } = mask({ ratio: 0.6 }, clip, new Float32Array(1568));
    expect([masked.length, visible.length]).toEqual([8 * 117, 632]);
  });
});

describe('textShare', () => {
  const grid = { slices: 1, rows: 4, columns: 10 };
  const tokenScores = Float32Array.from({ length: 40 }, (_, token) => -token);

  it('lets the caption choose its share and chance the rest, evenly', () => {
    const counts = new Array<number>(40).fill(0);
    const clips = 3000;
    for (let clip = 0; clip < clips; clip += 1) {
      for (const token of mask({ ratio: 0.75, textShare: 1 / 3 }, grid, tokenScores, clip).masked)
        counts[token]! += 1;
    }
    expect(counts.slice(0, 10)).toEqual(new Array(10).fill(clips));
    // 20 of the other 30 are drawn.
    const deviation = Math.sqrt((clips * 2) / 9);
    for (const count of counts.slice(10))
      expect(Math.abs(count - (clips * 2) / 3)).toBeLessThan(4.5 * deviation);
  });
  it('0 ignores the caption', () => {
    const other = tokenScores.slice().reverse();
    expect(mask({ ratio: 0.5, textShare: 0 }, grid, tokenScores)).toEqual(
      mask({ ratio: 0.5, textShare: 0 }, grid, other),
    );
  });
});

describe('textGuidedMasking refuses', () => {
  const grid = { slices: 1, rows: 2, columns: 2 };
  it('scores of another size', () => {
    expect(() => mask({ ratio: 0.5 }, grid, new Float32Array(5))).toThrow(
      expect.objectContaining({ code: 'CUE_WRONG_SIZE', expected: '4 values', received: '5' }),
    );
  });
  it('NaN', () => {
    expect(() => mask({ ratio: 0.5 }, grid, Float32Array.of(0, 1, Number.NaN, 0))).toThrow(
      expect.objectContaining({ code: 'CUE_NOT_FINITE', received: 'NaN at position 2' }),
    );
  });
  it('a request without scores', () => {
    expect(() => mask({ ratio: 0.5 }, grid, undefined as never)).toThrow(
      expect.objectContaining({ code: 'CUE_MISSING' }),
    );
  });
});
