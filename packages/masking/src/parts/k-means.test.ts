import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { type KMeansOptions, kMeans } from './k-means.js';

const cluster = (points: number[], width: number, clusters: number, change: Partial<KMeansOptions> = {}) =>
  kMeans({
    points: Float32Array.from(points),
    width,
    clusters,
    iterations: 20,
    unit: false,
    random: seededRandom(0),
    ...change,
  });

describe('kMeans by hand', () => {
  it('finds two groups from wherever it begins', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const centres = cluster([0, 1, 2, 10, 11, 12], 1, 2, { random: seededRandom(seed) });
      expect([...centres].sort((a, b) => a - b)).toEqual([1, 11]);
    }
  });
  it('begins with a point and one drawn by its squared distance, and goes on round by round', () => {
    // First point 0. Squared distances 0, 1, 9, 16 of 26: a share of 0.2 * 26 = 5.2 lies in the third, 3.
    const points = [0, 1, 3, 4];
    const begun = (iterations: number) => {
      const draws = [0, 0.2];
      return [...cluster(points, 1, 2, { iterations, random: () => draws.shift()! })];
    };
    // 0 and 1 are nearer to 0, 3 and 4 to 3.
    expect(begun(1)).toEqual([0.5, 3.5]);
    // From 0 and 1: 0 alone, then 1, 3 and 4, whose mean is 8 / 3; then 0 and 1 are nearer to 0.
    const near = (iterations: number) => {
      const draws = [0, 0.02];
      return cluster(points, 1, 2, { iterations, random: () => draws.shift()! });
    };
    expect([...near(1)]).toEqual([0, Math.fround(8 / 3)]);
    expect([...near(2)]).toEqual([0.5, 3.5]);
    expect([...near(20)]).toEqual([0.5, 3.5]);
  });
  it('draws far points in proportion to their squared distance', () => {
    // From 0: 1 and 3 with 1 and 9 of 10.
    let far = 0;
    for (let seed = 0; seed < 600; seed += 1) {
      const draws = [0, seededRandom(seed)()];
      const begun = cluster([0, 1, 3], 1, 2, { iterations: 1, random: () => draws.shift()! });
      if (begun[1] === 3) far += 1;
    }
    expect(Math.abs(far / 600 - 0.9)).toBeLessThan(0.06); // deviation 0.012
  });
  it('brings centres to length 1 if asked', () => {
    const at = (degrees: number) => [
      Math.cos((degrees * Math.PI) / 180),
      Math.sin((degrees * Math.PI) / 180),
    ];
    const centres = cluster([0, 20, 90, 110].flatMap(at), 2, 2, { unit: true });
    const angles = [0, 2].map((start) => (Math.atan2(centres[start + 1]!, centres[start]!) * 180) / Math.PI);
    angles.sort((a, b) => a - b);
    expect(angles[0]).toBeCloseTo(10, 3);
    expect(angles[1]).toBeCloseTo(100, 3);
    expect(Math.hypot(centres[0]!, centres[1]!)).toBeCloseTo(1, 6);
  });
  it('has no more centres than different points', () => {
    expect([...cluster([5, 7, 5, 7, 7], 1, 4)].sort()).toEqual([5, 7]);
    expect([...cluster([5, 5, 5], 1, 3)]).toEqual([5]);
  });
  it('refuses what are no points of its width, or not finite, and options out of range', () => {
    for (const points of [[], [1, 2, 3]]) {
      expect(() => cluster(points, 2, 1)).toThrow(expect.objectContaining({ code: 'CUE_WRONG_SIZE' }));
    }
    for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => cluster([1, number], 1, 1)).toThrow(expect.objectContaining({ code: 'CUE_NOT_FINITE' }));
    }
    for (const wrong of [{ clusters: 0 }, { width: 0.5 }, { points: [1] }, { random: 1 }, { unit: 1 }]) {
      expect(() => cluster([1, 2], 1, 1, wrong as never)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
  });
});
