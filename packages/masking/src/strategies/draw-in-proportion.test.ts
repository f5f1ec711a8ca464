import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { drawInProportion, weightTree } from './draw-in-proportion.js';

/** The places that are drawn by the given draws, ascending, and how many were not drawn. */
function drawn(weights: readonly number[], ...draws: number[]) {
  const flags = new Uint8Array(weights.length);
  const random = () => draws.shift()!;
  const tree = weightTree(weights.length);
  const left = drawInProportion(tree, Float32Array.from(weights), draws.length, flags, 1, random);
  return { places: [...flags.keys()].filter((place) => flags[place] === 1), left };
}

describe('drawInProportion by hand', () => {
  it('takes the place in which the share of the sum lies, and then of the sum that is left', () => {
    // Of 10: 0 to 1, 1 to 3, 3 to 6, 6 to 10.
    const weights = [1, 2, 3, 4];
    for (const [draw, place] of [
      [0, 0],
      [0.09, 0],
      [0.11, 1],
      [0.29, 1],
      [0.31, 2],
      [0.59, 2],
      [0.61, 3],
      [0.999, 3],
    ] as const)
      expect(drawn(weights, draw).places).toEqual([place]);
    // Without the third 7 are left: 0 to 1, 1 to 3, 3 to 7.
    expect(drawn(weights, 0.5, 0.42).places).toEqual([1, 2]);
    expect(drawn(weights, 0.5, 0.44).places).toEqual([2, 3]);
  });
  it('does not draw weights of 0, and says how many draws it had no weight for', () => {
    expect(drawn([0, 5, 0, 0, 1], 0.999, 0, 0.5, 0.5)).toEqual({ places: [1, 4], left: 2 });
    expect(drawn([0, 0], 0.5)).toEqual({ places: [], left: 1 });
  });
  it('draws no weight of 0 where a share is rounded up to the whole sum', () => {
    expect(drawn([2, 3, 0], 1)).toEqual({ places: [1], left: 0 });
    expect(drawn([2, 0, 0, 0, 0], 1)).toEqual({ places: [0], left: 0 });
  });
  it('draws each place once, however unequal the weights', () => {
    const random = seededRandom('weights');
    const tree = weightTree(200);
    for (let trial = 0; trial < 200; trial += 1) {
      const weights = Float32Array.from({ length: 196 }, () => 10 ** (random() * 80 - 42));
      const flags = new Uint8Array(196);
      expect(drawInProportion(tree, weights, 150, flags, 1, random)).toBe(0);
      expect(flags.reduce((sum, flag) => sum + flag, 0)).toBe(150);
    }
  });
});
