import { describe, expect, it } from 'vitest';
import { projectVideo, retrieval } from './retrieval.js';

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

  it('gives a collapsed model the worst rank, not the best', () => {
    const same = rows([1, 1], [1, 1], [1, 1]);
    const result = retrieval({
      queries: same,
      gallery: same,
      queryGroups: [0, 1, 2],
      galleryGroups: [0, 1, 2],
    });
    expect([...result.ranks]).toEqual([3, 3, 3]);
  });

  it('averages the two middle ranks and refuses a query without a right item', () => {
    const gallery = rows([1, 0], [0, 1]);
    const options = { queries: rows([1, 0], [1, 0]), gallery, galleryGroups: [0, 1] };
    expect(retrieval({ ...options, queryGroups: [0, 1] }).medianRank).toBe(1.5);
    expect(() => retrieval({ ...options, queryGroups: [0, 9] })).toThrow(/group 9 of query 1/);
    expect(() => retrieval({ ...options, queryGroups: [0] })).toThrow(/expected 2 groups, got 1/);
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
  });
});
