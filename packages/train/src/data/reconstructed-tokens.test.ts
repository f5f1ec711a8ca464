import { seededRandom } from '@tgm/masking';
import { describe, expect, it } from 'vitest';
import { reconstructedTokens } from './reconstructed-tokens.js';

const masked = Uint32Array.of(1, 2, 5, 6, 8, 9, 11, 12, 14, 15);
const hides = (...tokens: number[]) => ({ masked: Uint32Array.from(tokens) });

describe('the tokens to reconstruct', () => {
  it('are exactly those that the mask for the decoder hides, where these are as many', () => {
    const chosen = reconstructedTokens(masked, hides(0, 2, 3, 8, 9, 15), 0.4, seededRandom(1));
    expect([...chosen]).toEqual([2, 8, 9, 15]);
  });

  it.each([
    [0.4, 4],
    [0.29, 2],
    [0.05, 1],
    [0, 1],
    [0.99, 9],
  ])('are, at a ratio of %d, %i of ten, ascending, and none twice', (ratio, count) => {
    for (const mask of [hides(), hides(2, 5), hides(...masked), hides(0, 3, 4)]) {
      const chosen = [...reconstructedTokens(masked, mask, ratio, seededRandom(ratio))];
      expect(chosen.length).toBe(count);
      expect(chosen).toEqual([...new Set(chosen)].sort((a, b) => a - b));
      for (const token of chosen) expect(masked).toContain(token);
    }
  });

  it('are topped up with others at random, and cut at random', () => {
    const counts = new Map<number, number>();
    const runs = 2000;
    for (let run = 0; run < runs; run++) {
      const random = seededRandom(run);
      const topped = reconstructedTokens(masked, hides(2, 5), 0.4, random);
      const cut = reconstructedTokens(masked, hides(1, 2, 5, 6, 8, 9), 0.3, random);
      expect([topped.includes(2), topped.includes(5)]).toEqual([true, true]);
      for (const token of topped) counts.set(token, (counts.get(token) ?? 0) + 1);
      for (const token of cut) counts.set(token + 100, (counts.get(token + 100) ?? 0) + 1);
    }
    // Two of the eight others, three of six. A share's deviation is at most sqrt(0.25 / 2000) = 0.011.
    for (const token of masked) {
      if (token !== 2 && token !== 5) expect(Math.abs(counts.get(token)! / runs - 2 / 8)).toBeLessThan(0.05);
    }
    for (const token of [1, 2, 5, 6, 8, 9]) {
      expect(Math.abs(counts.get(token + 100)! / runs - 1 / 2)).toBeLessThan(0.055);
    }
    expect(counts.get(111)).toBeUndefined();
  });
});
