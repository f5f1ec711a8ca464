import { describe, expect, it } from 'vitest';
import { attentionCue } from './attention-cue.js';
import type { AttentionMaps } from './attention-maps.js';

const mapsOf = (frameCount: number, rows: number, columns: number, ...values: number[]): AttentionMaps => ({
  values: Float32Array.from(values),
  frameCount,
  rows,
  columns,
});

describe('attentionCue by hand', () => {
  const two = mapsOf(2, 1, 2, 1, 2, 5, 0);
  it.each([
    ['mean', [3, 1]],
    ['first', [1, 2]],
    ['max', [5, 2]],
  ] as const)('takes the %s of the frames of a tubelet', (tubelet, scores) => {
    const grid = { slices: 1, rows: 1, columns: 2 };
    expect([...attentionCue({ maps: two, grid, tubelet })]).toEqual(scores);
    if (tubelet === 'mean') expect([...attentionCue({ maps: two, grid })]).toEqual(scores);
  });
  it('leaves maps of the token grid as they are, slice by slice', () => {
    expect([...attentionCue({ maps: two, grid: { slices: 2, rows: 1, columns: 2 } })]).toEqual([1, 2, 5, 0]);
  });
  it('brings maps to the token grid by bilinear interpolation', () => {
    // Centres of four cells at -0.25, 0.25, 0.75 and 1.25 of two, the border repeated.
    const maps = mapsOf(1, 1, 2, 0, 4);
    expect([...attentionCue({ maps, grid: { slices: 1, rows: 1, columns: 4 } })]).toEqual([0, 1, 3, 4]);
  });
});

describe('attentionCue refuses', () => {
  const grid = { slices: 2, rows: 1, columns: 2 };
  const maps = mapsOf(2, 1, 2, 0, 0, 0, 0);
  it.each([
    ['CUE_NEGATIVE', { maps: mapsOf(2, 1, 2, 0, 0, -0.1, 0), grid }],
    ['CUE_NOT_FINITE', { maps: mapsOf(2, 1, 2, 0, 0, Number.NaN, 0), grid }],
    ['CUE_WRONG_SIZE', { maps: mapsOf(2, 1, 2, 0, 0, 0), grid }],
    ['CUE_WRONG_KIND', { maps: { ...maps, values: [0, 0, 0, 0] as never }, grid }],
    ['GRID_INVALID', { maps: mapsOf(3, 1, 1, 0, 0, 0), grid }],
    ['GRID_INVALID', { maps, grid: { ...grid, rows: 0 } }],
    ['OPTION_INVALID', { maps: { ...maps, rows: 1.5 }, grid }],
    ['OPTION_INVALID', { maps, grid, tubelet: 'last' as never }],
    ['OPTION_INVALID', { grid } as never],
  ])('%s', (code, options) => {
    expect(() => attentionCue(options)).toThrow(expect.objectContaining({ code }));
  });
});
