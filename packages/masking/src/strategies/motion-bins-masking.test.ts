import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import type { TokenMotion } from '../strategy.js';
import { motionBinsMasking } from './motion-bins-masking.js';

describe('motionBinsMasking', () => {
  const grid = { slices: 2, rows: 14, columns: 14 };
  /** The cells of odd columns move, some in the first slice and some in the second: 98 of 196. */
  const motion: TokenMotion = {
    vectors: new Float32Array(392 * 2).map((_, at) => {
      const cell = (at >> 1) % 196;
      const slice = at >> 1 < 196 ? 0 : 1;
      return cell % 2 === 1 && cell % 4 === (slice === 0 ? 1 : 3) ? 3 : 0;
    }),
    known: new Uint8Array(392).fill(1),
  };
  const visibleCells = (options: object, seed = 0) => {
    const { visible } = motionBinsMasking(options).mask({
      grid,
      random: seededRandom(seed),
      cues: { motion },
    });
    return [...visible];
  };
  const moving = (cells: readonly number[]) => cells.filter((cell) => cell % 2 === 1).length;

  it('shows half of its cells where most moves over the clip, the same in all slices (by hand)', () => {
    // int(196 * 0.8) = 156 hidden, 40 shown.
    const visible = visibleCells({});
    const first = visible.filter((token) => token < 196);
    expect(first).toHaveLength(40);
    expect(moving(first)).toBe(20);
    expect(visible.slice(40)).toEqual(first.map((cell) => cell + 196));
  });

  it('counts by the share, rounded down, and lets one bin help out the other (by hand)', () => {
    const shown = (options: object) => {
      const first = visibleCells(options).filter((token) => token < 196);
      return [moving(first), first.length];
    };
    expect(shown({ movingShare: 0.99 })).toEqual([39, 40]);
    expect(shown({ movingShare: 1 })).toEqual([40, 40]);
    expect(shown({ movingShare: 0 })).toEqual([0, 40]);
    // 157 are shown, and each bin has 98.
    expect(shown({ ratio: 0.2, movingShare: 1 })).toEqual([98, 157]);
    expect(shown({ ratio: 0.2, movingShare: 0 })).toEqual([59, 157]);
    expect(shown({ ratio: 0 })).toEqual([98, 196]);
  });

  it('draws evenly within a bin', () => {
    const hits = new Float64Array(196);
    const draws = 600;
    for (let seed = 0; seed < draws; seed += 1) {
      for (const token of visibleCells({}, seed)) if (token < 196) hits[token]! += 1;
    }
    // 20 of 98: 122 +- 10 of 600; five deviations.
    for (const count of hits) expect(Math.abs(count - (draws * 20) / 98)).toBeLessThan(50);
  });

  it('puts the odd cell into the bin that moves', () => {
    const odd = { slices: 1, rows: 1, columns: 5 };
    const vectors = Float32Array.of(...[4, 0], ...[0, 1], ...[4, 0], ...[0, 0], ...[0, -3]);
    const { visible } = motionBinsMasking({ ratio: 0.4, movingShare: 1 }).mask({
      grid: odd,
      random: seededRandom(1),
      cues: { motion: { vectors, known: new Uint8Array(5).fill(1) } },
    });
    expect([...visible]).toEqual([0, 2, 4]);
  });
});
