import { describe, expect, it } from 'vitest';
import { normal } from './draws.js';
import { resampleBilinear } from './resample-bilinear.js';
import { seededRandom } from './seeded-random.js';
import type { TokenGrid } from './strategy.js';
import { similarityMaps, textCue } from './text-cue.js';
import { type TextGuidedMaskingOptions, textGuidedMasking } from './text-guided-masking.js';
import { tokenCount } from './token-grid.js';

const mask = (options: TextGuidedMaskingOptions, grid: TokenGrid, text: Float32Array, seed = 0) =>
  textGuidedMasking(options).mask({ grid, random: seededRandom(seed), cues: { text } });

describe('textGuidedMasking by hand', () => {
  const grid = { slices: 2, rows: 2, columns: 2 };
  const text = Float32Array.of(0.1, 0.9, 0.9, 0.2, /* slice 1 */ 0.5, 0.5, 0.5, 0.7);

  it('hides the best of each slice, ties to the lower number', () => {
    expect([...mask({ ratio: 0.5 }, grid, text).masked]).toEqual([1, 2, 4, 7]);
    expect([...mask({ ratio: 0.25 }, grid, text).masked]).toEqual([1, 7]);
  });
  it('hides the worst of each slice, ties to the lower number', () => {
    expect([...mask({ ratio: 0.5, select: 'bottom' }, grid, text).masked]).toEqual([0, 3, 4, 5]);
  });
  it('hides a count per slice and not per clip', () => {
    const bright = Float32Array.of(9, 9, 9, 9, 0, 0, 0, 1);
    expect([...mask({ ratio: 0.5 }, grid, bright).masked]).toEqual([0, 1, 4, 7]);
  });
  it('gives 117 hidden and 79 visible tokens a slice at 0.6', () => {
    const clip = { slices: 8, rows: 14, columns: 14 };
    const { masked, visible } = mask({ ratio: 0.6 }, clip, new Float32Array(1568));
    expect([masked.length, visible.length]).toEqual([8 * 117, 632]);
  });
});

describe('textShare', () => {
  const grid = { slices: 1, rows: 4, columns: 10 };
  const text = Float32Array.from({ length: 40 }, (_, token) => -token);

  it('lets the caption choose its share and chance the rest, evenly', () => {
    const counts = new Array<number>(40).fill(0);
    const clips = 3000;
    for (let clip = 0; clip < clips; clip += 1) {
      for (const token of mask({ ratio: 0.75, textShare: 1 / 3 }, grid, text, clip).masked)
        counts[token]! += 1;
    }
    expect(counts.slice(0, 10)).toEqual(new Array(10).fill(clips));
    // 20 of the other 30 are drawn.
    const deviation = Math.sqrt((clips * 2) / 9);
    for (const count of counts.slice(10))
      expect(Math.abs(count - (clips * 2) / 3)).toBeLessThan(4.5 * deviation);
  });
  it('0 ignores the caption', () => {
    const other = text.slice().reverse();
    expect(mask({ ratio: 0.5, textShare: 0 }, grid, text)).toEqual(
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

describe('resampleBilinear', () => {
  it('keeps a raster of the same size bit for bit', () => {
    const random = seededRandom('raster');
    const values = Float32Array.from({ length: 35 }, () => normal(random));
    expect(resampleBilinear({ values, rows: 5, columns: 7 }, 5, 7)).toEqual(values);
  });
  it('samples at cell centres (by hand)', () => {
    const row = { values: Float32Array.of(0, 4), rows: 1, columns: 2 };
    expect([...resampleBilinear(row, 1, 4)]).toEqual([0, 1, 3, 4]);
    expect([...resampleBilinear(row, 1, 1)]).toEqual([2]);
    expect([...resampleBilinear(row, 2, 2)]).toEqual([0, 4, 0, 4]);
    const square = { values: Float32Array.of(0, 4, 8, 12), rows: 2, columns: 2 };
    expect([...resampleBilinear(square, 4, 4).slice(4, 8)]).toEqual([2, 3, 5, 6]);
  });
  it('keeps a linear ramp linear away from the border', () => {
    const ramp = { values: Float32Array.from({ length: 7 }, (_, index) => index), rows: 1, columns: 7 };
    const finer = resampleBilinear(ramp, 1, 14);
    for (let index = 1; index < 13; index += 1) expect(finer[index]).toBeCloseTo((index + 0.5) / 2 - 0.5, 6);
  });
});

describe('textCue', () => {
  const grid = { slices: 1, rows: 1, columns: 2 };
  /** Two frames of two patches of width 2. */
  const patches = {
    values: Float32Array.of(1, 0, 0, 1, /* frame 1 */ 0.6, 0.8, -1, 0),
    frames: 2,
    rows: 1,
    columns: 2,
    width: 2,
  };
  const text = Float32Array.of(1, 0);
  const rounded = (values: Float32Array) => [...values].map((value) => Math.round(value * 1e6) / 1e6);

  it('gives cosines, also of vectors that are not normalised', () => {
    expect(rounded(similarityMaps(patches, text))).toEqual([1, 0, 0.6, -1]);
    const long = { ...patches, values: patches.values.map((value) => value * 3) };
    expect(rounded(similarityMaps(long, Float32Array.of(5, 0)))).toEqual([1, 0, 0.6, -1]);
  });
  it('reduces the frames of a tubelet', () => {
    expect(rounded(textCue({ patches, text, grid }))).toEqual([0.8, -0.5]);
    expect(rounded(textCue({ patches, text, grid, tubelet: 'first' }))).toEqual([1, 0]);
    expect(rounded(textCue({ patches, text, grid, tubelet: 'max' }))).toEqual([1, 0]);
  });
  it('keeps the slices apart and resamples each map', () => {
    const scores = textCue({ patches, text, grid: { slices: 2, rows: 1, columns: 4 } });
    expect(rounded(scores)).toEqual([1, 0.75, 0.25, 0, 0.6, 0.2, -0.6, -1]);
  });
  it('refuses frames that do not fit, vectors of another width, and a zero vector', () => {
    const fails = (change: object, code: string) =>
      expect(() => textCue({ patches, text, grid, ...change })).toThrow(expect.objectContaining({ code }));
    fails({ grid: { slices: 4, rows: 1, columns: 2 } }, 'GRID_INVALID');
    fails({ text: Float32Array.of(1, 0, 0) }, 'CUE_WRONG_SIZE');
    fails({ patches: { ...patches, frames: 4 } }, 'CUE_WRONG_SIZE');
    fails({ text: Float32Array.of(0, 0) }, 'CUE_NOT_FINITE');
  });
  it('hides a planted object and shows it under the bottom control', () => {
    const clip = { slices: 4, rows: 8, columns: 8 };
    const random = seededRandom('object');
    const caption = Float32Array.from({ length: 16 }, () => normal(random));
    const onObject = (frame: number, row: number, column: number) =>
      row >= 2 && row < 4 && column >= frame >> 1 && column < (frame >> 1) + 3;
    const values = new Float32Array(8 * 4 * 4 * 16);
    const planted = new Set<number>();
    for (let at = 0; at < 8 * 4 * 4; at += 1) {
      const frame = at >> 4;
      const [row, column] = [(at >> 2) & 3, at & 3];
      for (let part = 0; part < 16; part += 1) {
        const strength = onObject(frame, row * 2, column * 2) ? 1 : 0;
        values[at * 16 + part] = strength * caption[part]! + normal(random);
      }
    }
    for (let token = 0; token < tokenCount(clip); token += 1) {
      const [slice, row, column] = [token >> 6, (token >> 3) & 7, token & 7];
      if (onObject(slice * 2, row & ~1, column & ~1)) planted.add(token);
    }
    const scores = textCue({
      patches: { values, frames: 8, rows: 4, columns: 4, width: 16 },
      text: caption,
      grid: clip,
    });
    const share = (select: 'top' | 'bottom') => {
      const { masked } = mask({ ratio: 0.5, select }, clip, scores);
      return masked.filter((token) => planted.has(token)).length / planted.size;
    };
    expect(share('top')).toBeGreaterThan(0.95);
    expect(share('bottom')).toBeLessThan(0.05);
  });
});
