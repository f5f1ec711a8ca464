import { describe, expect, it } from 'vitest';
import { flowVisibility } from './flow-visibility.js';
import { seedVisibility } from './seed-visibility.js';
import { visibilityScores } from './visibility-scores.js';

describe('flowVisibility', () => {
  const shape = { frameCount: 3, height: 4, width: 4, patchSize: 2 };
  const still = new Float32Array(2 * 2 * 16);

  it('is the same everywhere where nothing moves', () => {
    const seed = seedVisibility(shape, [2]);
    // The centre of token 2 lies between four pixels, so all four of them are the largest.
    expect([8, 9, 12, 13].map((at) => seed[at])).toEqual([1, 1, 1, 1]);
    const maps = flowVisibility({
      ...shape,
      seed,
      baseFrame: 1,
      backward: still,
      forward: still,
      fillHoles: false,
    });
    expect([0, 1, 2].map((frame) => maps.subarray(frame * 16, frame * 16 + 16))).toEqual([seed, seed, seed]);
    const scores = visibilityScores(maps, shape, 3);
    expect(scores[2]).toBe(12); // three frames of four pixels of 1
    expect(scores.indexOf(Math.max(...scores))).toBe(2);
  });

  it('carries a pixel along the flow, and fills what comes from outside with the seed', () => {
    const seed = new Float32Array(16);
    seed[5] = 1; // row 1, column 1
    // What is at x now was at x - 1 before: 4 / 3 of a pixel in the scale of the flow.
    const right = Float32Array.from({ length: 64 }, (_, at) => (at % 32 < 16 ? -4 / 3 : 0));
    const left = right.map((value) => -value);
    const options = { ...shape, seed, baseFrame: 1, backward: right, forward: left };
    const maps = flowVisibility({ ...options, fillHoles: false });
    const brightest = (frame: number) => {
      const map = maps.subarray(frame * 16, frame * 16 + 16);
      return map.indexOf(Math.max(...map));
    };
    expect([0, 1, 2].map(brightest)).toEqual([4, 5, 6]);
    expect(maps[2 * 16 + 6]).toBeCloseTo(1, 6);
    expect(maps[2 * 16 + 5]).toBeCloseTo(0, 6);
    const everywhere = new Float32Array(16).fill(0.5);
    const filled = flowVisibility({ ...options, seed: everywhere, fillHoles: true });
    filled.forEach((value) => {
      expect(value).toBeCloseTo(0.5, 6);
    });
  });

  it('refuses a flow of another size', () => {
    const seed = new Float32Array(16);
    const short = new Float32Array(3);
    expect(() =>
      flowVisibility({ ...shape, seed, baseFrame: 0, backward: short, forward: still, fillHoles: false }),
    ).toThrow('flowVisibility, backward: expected 64 values, got 3');
  });
});
