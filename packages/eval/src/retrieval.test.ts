import { describe, expect, it } from 'vitest';
import { projectVideo } from './project-video.js';
import { retrieval } from './retrieval.js';

const rows = (...vectors: number[][]) => ({
  values: Float32Array.from(vectors.flat()),
  count: vectors.length,
  width: vectors[0]!.length,
});

describe('retrieval', () => {
  it('ranks and recalls as counted by hand', () => {
    // Cosines of query (1, 0) fall along the gallery; of query (0, 1) they rise.
    const gallery = rows([1, 0], [2, 1], [1, 1], [1, 2], [1, 4], [0, 1]);
    const result = retrieval({
      queries: rows([1, 0], [0, 3], [1, 0]),
      gallery,
      queryGroups: [0, 0, 5],
      galleryGroups: [0, 1, 2, 3, 4, 5],
    });
    expect([...result.ranks]).toEqual([1, 6, 6]);
    expect(result.recall.at1).toBeCloseTo(100 / 3, 10);
    expect(result.recall.at5).toBeCloseTo(100 / 3, 10);
    expect(result.recall.at10).toBe(100);
    expect(result.medianRank).toBe(6);
    expect(result.chance.at1).toBeCloseTo(100 / 6, 10);
    expect(result.chance.at5).toBeCloseTo(500 / 6, 10);
  });

  it('takes every video of the same caption as right, and says what chance then gives', () => {
    const result = retrieval({
      queries: rows([1, 0]),
      gallery: rows([0, 1], [1, 0], [1, 1], [0.5, 1]),
      queryGroups: [7],
      galleryGroups: [7, 1, 7, 2],
    });
    expect([...result.ranks]).toEqual([2]);
    // Two of four are right: 1 - (2/4) at 1, and all four are among the first five.
    expect(result.chance.at1).toBeCloseTo(50, 10);
    expect(result.chance.at5).toBe(100);
  });

  it('takes captions of one meaning as right for each other, told by any of their groups (by hand)', () => {
    // Clip 0 has two wordings, clip 1 shares the second, clip 2 stands alone. The gallery lies closest first.
    const gallery = rows([1, 0], [2, 1], [1, 1]);
    const galleryGroups = [['a red square', 'a crimson box'], ['a crimson box'], 'a blue disc'];
    const ranksOf = (...queryGroups: (string | string[])[]) => {
      const queries = rows(...queryGroups.map(() => [1, 0]));
      return [...retrieval({ queries, gallery, queryGroups, galleryGroups }).ranks];
    };
    expect(ranksOf('a red square', 'a crimson box', 'a blue disc')).toEqual([1, 1, 3]);
    expect(ranksOf(['a blue disc', 'a crimson box'])).toEqual([1]);
    // Chance counts an item once, however many groups it shares with the query.
    const { chance } = retrieval({
      queries: rows([1, 0]),
      gallery,
      queryGroups: [['a red square', 'a crimson box']],
      galleryGroups,
    });
    expect(chance.at1).toBeCloseTo(200 / 3, 10);
  });

  it('tells the group 1 from the group "1"', () => {
    const options = { queries: rows([1, 0]), gallery: rows([1, 0], [0, 1]), queryGroups: [1] };
    expect([...retrieval({ ...options, galleryGroups: ['1', 1] }).ranks]).toEqual([2]);
  });

  it('gives constant features what chance gives, wherever the right items lie', () => {
    const same = rows([1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1]);
    for (const groups of [
      [0, 1, 2, 3, 4, 5, 6],
      [6, 5, 4, 3, 2, 1, 0],
      [0, 0, 1, 1, 1, 2, 3],
    ]) {
      const result = retrieval({ queries: same, gallery: same, queryGroups: groups, galleryGroups: groups });
      for (const at of ['at1', 'at5', 'at10'] as const) {
        expect(result.recall[at]).toBeCloseTo(result.chance[at], 10);
      }
    }
    const groups = [0, 1, 2, 3, 4, 5, 6];
    const alone = retrieval({ queries: same, gallery: same, queryGroups: groups, galleryGroups: groups });
    expect(alone.recall.at1).toBeCloseTo(100 / 7, 10);
    expect([...alone.ranks]).toEqual([4, 4, 4, 4, 4, 4, 4]);
  });

  it('counts a tie as the mean over the orders of the tied (by hand)', () => {
    // One item before the right one, which ties with two wrong ones and with one more right one.
    const result = retrieval({
      queries: rows([1, 0]),
      gallery: rows([1, 1], [1, 0], [1, -1], [2, 2], [3, 3]),
      queryGroups: [5],
      galleryGroups: [0, 1, 5, 2, 5],
    });
    expect(result.recall.at1).toBe(0);
    expect(result.recall.at5).toBeCloseTo(100, 10);
    expect(result.ranks[0]).toBeCloseTo(1 + 5 / 3, 10); // of four places the first of two: 1, 1, 1, 2, 2, 3
  });

  it('averages the two middle ranks and refuses a query without a right item', () => {
    const gallery = rows([1, 0], [0, 1]);
    const options = { queries: rows([1, 0], [1, 0]), gallery, galleryGroups: [0, 1] };
    expect(retrieval({ ...options, queryGroups: [0, 1] }).medianRank).toBe(1.5);
    expect(() => retrieval({ ...options, queryGroups: [0, 9] })).toThrow(/group 9 of query 1/);
    expect(() => retrieval({ ...options, queryGroups: [0] })).toThrow(/expected 2 groups, got 1/);
    const codeOf = (change: object) => {
      try {
        retrieval({ ...options, queryGroups: [0, 1], ...change });
      } catch (error) {
        return (error as { code: string }).code;
      }
      return 'none';
    };
    expect(codeOf({})).toBe('none');
    expect(codeOf({ queryGroups: [0, Number.NaN] })).toBe('OPTION_INVALID');
    expect(codeOf({ queryGroups: [0, [{}]] })).toBe('OPTION_INVALID');
    expect(codeOf({ queryGroups: undefined })).toBe('OPTION_INVALID');
    expect(codeOf({ captions: [] })).toBe('OPTION_INVALID');
    expect(codeOf({ queryGroups: [0, []] })).toBe('TOO_FEW_EXAMPLES');
    expect(() => retrieval({ ...options, queryGroups: [0, []] })).toThrow(/, no group of query 1:/);
    expect(codeOf({ queryClusters: [0, Number.NaN] })).toBe('OPTION_INVALID');
    expect(codeOf({ queryClusters: [0] })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ queries: rows([1], [2]) })).toBe('SHAPE_MISMATCH');
    expect(codeOf({ queries: rows([1, Number.POSITIVE_INFINITY], [2, 1]) })).toBe('NON_FINITE_FEATURE');
  });
});

describe('projectVideo', () => {
  it('multiplies by the transposed weight and normalises', () => {
    // weight [3, 2]; features (1, 2) -> (1, 2, 3 - 2) / sqrt(6)
    const projected = projectVideo(rows([1, 2]), Float32Array.of(1, 0, 0, 1, 3, -1));
    expect(projected.width).toBe(3);
    const length = Math.sqrt(6);
    for (const [i, x] of [1, 2, 1].entries()) expect(projected.values[i]).toBeCloseTo(x / length, 6);
    expect(() => projectVideo(rows([1, 2]), Float32Array.of(1, 2, 3))).toThrow(/projectVideo weight/);
    expect(() => projectVideo(rows([1, 2]), Float32Array.of(1, Number.NaN))).toThrow(
      expect.objectContaining({ code: 'NON_FINITE_FEATURE' }),
    );
  });

  it('keeps the direction where products leave the range of single precision', () => {
    const projected = projectVideo(rows([3e30, 4e30]), Float32Array.of(1e20, 0, 0, 1e20));
    expect(projected.values[0]).toBeCloseTo(0.6, 6);
    expect(projected.values[1]).toBeCloseTo(0.8, 6);
  });
});
