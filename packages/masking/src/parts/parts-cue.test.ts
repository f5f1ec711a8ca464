import { normal, seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import type { PatchEmbeddings } from '../text/patch-text.js';
import { type PartsCueOptions, partsCue } from './parts-cue.js';

/** Patches of [T, rows, columns], each a vector that `of` tells. */
function patchesOf(
  [frameCount, rows, columns]: readonly [number, number, number],
  of: (frame: number, row: number, column: number) => readonly number[],
): PatchEmbeddings {
  const vectors = Array.from({ length: frameCount * rows * columns }, (_, at) =>
    of(Math.floor(at / (rows * columns)), Math.floor(at / columns) % rows, at % columns),
  );
  return { values: Float32Array.from(vectors.flat()), frameCount, rows, columns, width: vectors[0]!.length };
}

const partsOf = (options: Omit<PartsCueOptions, 'random'>, seed = 0) =>
  partsCue({ ...options, random: seededRandom(seed) });

describe('partsCue by hand', () => {
  it('finds an object that moves, by one number in all slices, and its background', () => {
    const noise = seededRandom('noise');
    // The object is in the left column of the first slice and in the right one of the second.
    const patches = patchesOf([2, 2, 3], (frame, _row, column) => {
      const isObject = column === (frame === 0 ? 0 : 2);
      return (isObject ? [0, 1, 0] : [1, 0, 0]).map((value) => value + 0.05 * normal(noise));
    });
    const grid = { slices: 2, rows: 2, columns: 3 };
    for (let seed = 0; seed < 10; seed += 1) {
      const parts = partsOf({ patches, grid, count: 2 }, seed);
      const object = parts[0]!;
      const back = 1 - object;
      expect([...parts]).toEqual([
        ...[object, back, back, object, back, back],
        ...[back, back, object, back, back, object],
      ]);
    }
  });
  it('brings parts to the token grid where the patches lie on another', () => {
    const patches = patchesOf([1, 1, 2], (_frame, _row, column) => (column === 0 ? [1, 0] : [0, 1]));
    const parts = partsOf({ patches, grid: { slices: 1, rows: 2, columns: 4 }, count: 2 });
    expect([...parts.slice(0, 4)]).toEqual([parts[0], parts[0], 1 - parts[0]!, 1 - parts[0]!]);
    expect(parts.slice(4)).toEqual(parts.slice(0, 4));
  });
  it('averages the frames of a tubelet', () => {
    // Each slice has a frame of each kind in its first cell: alone they differ, in the mean they are as the second cell.
    const patches = patchesOf([2, 1, 3], (frame, _row, column) => {
      if (column === 2) return [-1, 0];
      return column === 0 ? (frame === 0 ? [1, 0.9] : [1, -0.9]) : [1, 0];
    });
    const parts = partsOf({ patches, grid: { slices: 1, rows: 1, columns: 3 }, count: 3 });
    expect(parts[0]).toBe(parts[1]);
    expect(parts[2]).not.toBe(parts[0]);
  });
  it('averages the frames of each tubelet by themselves', () => {
    // Two frames a slice: the object is left in the first slice, right in the second.
    const patches = patchesOf([4, 1, 2], (frame, _row, column) =>
      column === (frame < 2 ? 0 : 1) ? [0, 1] : [1, 0],
    );
    const [first, second, third, fourth] = partsOf({
      patches,
      grid: { slices: 2, rows: 1, columns: 2 },
      count: 2,
    });
    expect([third, fourth]).toEqual([second, first]);
    expect(second).not.toBe(first);
  });
  it('compares directions, or places if asked', () => {
    // Two directions, and lengths 1 and 9 of each.
    const patches = patchesOf(
      [1, 1, 4],
      (_frame, _row, column) =>
        [
          [1, 0],
          [9, 0],
          [0, 1],
          [0, 9],
        ].at(column)!,
    );
    const grid = { slices: 1, rows: 1, columns: 4 };
    const [one, long, other, otherLong] = partsOf({ patches, grid, count: 2 });
    expect([one, other]).toEqual([long, otherLong]);
    expect(one).not.toBe(other);
    const places = partsOf({ patches, grid, count: 3, distance: 'euclidean' });
    expect(places[0]).toBe(places[2]);
    expect(new Set(places).size).toBe(3);
  });
  it('has as many parts as patches differ, at most', () => {
    const patches = patchesOf([1, 2, 2], () => [1, 2]);
    expect([...partsOf({ patches, grid: { slices: 1, rows: 2, columns: 2 } })]).toEqual([0, 0, 0, 0]);
  });
  it('is a function of its options and draws', () => {
    const random = seededRandom('clip');
    const patches = patchesOf([4, 5, 5], () => Array.from({ length: 8 }, () => normal(random)));
    const grid = { slices: 2, rows: 7, columns: 7 };
    expect(partsOf({ patches, grid }, 3)).toEqual(partsOf({ patches, grid }, 3));
    expect(partsOf({ patches, grid }, 3)).not.toEqual(partsOf({ patches, grid }, 4));
    expect(new Set(partsOf({ patches, grid }, 3)).size).toBe(6);
  });
});

describe('partsCue refuses', () => {
  const patches = patchesOf([2, 1, 2], (_frame, _row, column) => [1, column]);
  const grid = { slices: 2, rows: 1, columns: 2 };
  const random = seededRandom(0);
  it.each([
    ['CUE_NOT_FINITE', { patches: { ...patches, values: new Float32Array(8) } }],
    ['CUE_NOT_FINITE', { patches: { ...patches, values: patches.values.map(() => Number.NaN) } }],
    ['CUE_WRONG_SIZE', { patches: { ...patches, width: 3 } }],
    ['GRID_INVALID', { grid: { ...grid, slices: 4 } }],
    ['OPTION_INVALID', { count: 1 }],
    ['OPTION_INVALID', { count: 257 }],
    ['OPTION_INVALID', { distance: 'cosinus' as never }],
    ['OPTION_INVALID', { iterations: 0 }],
    ['OPTION_INVALID', { random: undefined as never }],
    ['OPTION_INVALID', { patches: { ...patches, rows: 0.5 } }],
  ])('%s %o', (code, change: Partial<PartsCueOptions>) => {
    expect(() => partsCue({ patches, grid, random, ...change })).toThrow(expect.objectContaining({ code }));
  });
  it('no zero vector where places are compared', () => {
    const zeros = { ...patches, values: new Float32Array(8) };
    expect([...partsCue({ patches: zeros, grid, random, distance: 'euclidean' })]).toEqual([0, 0, 0, 0]);
    expect(() => partsCue({ patches: zeros, grid, random })).toThrow(
      expect.objectContaining({
        code: 'CUE_NOT_FINITE',
        received: expect.stringContaining('a length of 0 for patch 0'),
      }),
    );
  });
});
