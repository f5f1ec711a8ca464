import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { maskingContract } from '../contract/contract.js';
import { tokensPerSlice } from '../token-grid.js';
import { frameMasking } from './frame-masking.js';

const contract = maskingContract('frame', () => frameMasking({ ratio: 0.875 }), {
  unit: tokensPerSlice,
  factory: { make: frameMasking, options: { ratio: 0.5 } },
});
for (const check of contract) it(check.name, () => check.run());

describe('frameMasking', () => {
  const grid = { slices: 8, rows: 2, columns: 3 };
  const hidden = (ratio: number, seed: number) => {
    const { masked } = frameMasking({ ratio }).mask({ grid, random: seededRandom(seed), cues: {} });
    return [...masked];
  };

  it('hides floor(slices * ratio) whole slices', () => {
    for (const [ratio, slices] of [
      [0.875, 7],
      [0.9, 7],
      [0.5, 4],
      [0.2, 1],
      [0.12, 0],
    ] as const) {
      const tokens = hidden(ratio, 1);
      const hit = [...new Set(tokens.map((token) => Math.floor(token / 6)))];
      expect(hit).toHaveLength(slices);
      expect(tokens).toEqual(hit.flatMap((slice) => [0, 1, 2, 3, 4, 5].map((cell) => slice * 6 + cell)));
    }
  });
  it('hides each slice as often as another', () => {
    const counts = new Array<number>(8).fill(0);
    for (let clip = 0; clip < 800; clip += 1) {
      for (const token of hidden(0.5, clip)) if (token % 6 === 0) counts[token / 6]! += 1;
    }
    // Half of 800, deviation 14.
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(64);
  });
});
