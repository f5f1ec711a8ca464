import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { maskingContract } from '../contract/contract.js';
import { runningCellMask } from './running-cell-mask.js';
import { runningCellMasking } from './running-cell-masking.js';

const grids = [
  { slices: 8, rows: 14, columns: 14 },
  { slices: 3, rows: 2, columns: 6 },
  { slices: 1, rows: 2, columns: 2 },
];
for (const ratio of [0.25, 0.5, 0.75]) {
  const make = () => runningCellMasking({ ratio });
  const factory = { make: runningCellMasking, options: { ratio } };
  for (const check of maskingContract(`running-cell ${ratio}`, make, { grids, factory })) {
    it(check.name, () => check.run());
  }
}

describe('runningCellMasking', () => {
  const grid = { slices: 2, rows: 2, columns: 2 };

  it.each([
    // Half of a block: cells 3 and 0 of the first slice, then 2 and 3, as the run begins; the phase moves it on.
    [0, [0, 3, 6, 7]],
    [0.25, [2, 3, 5, 6]],
    [0.5, [1, 2, 4, 5]],
    [0.75, [0, 1, 4, 7]],
  ])('begins where the draw %d says', (draw, masked) => {
    const mask = runningCellMasking({ ratio: 0.5 }).mask({ grid, random: () => draw, cues: {} });
    expect([...mask.masked]).toEqual(masked);
  });
  it('draws one phase for a clip, each as often as another', () => {
    const phases = new Map<string, number>();
    for (let clip = 0; clip < 800; clip += 1) {
      const mask = runningCellMasking({ ratio: 0.25 }).mask({
        grid: grids[1]!,
        random: seededRandom(clip),
        cues: {},
      });
      phases.set(mask.masked.join(), (phases.get(mask.masked.join()) ?? 0) + 1);
    }
    const all = [0, 1, 2, 3].map((phase) => runningCellMask(grids[1]!, 0.25, phase).masked.join());
    expect(new Set(phases.keys())).toEqual(new Set(all));
    // A quarter of 800, deviation 12.2.
    for (const times of phases.values()) expect(Math.abs(times - 200)).toBeLessThan(56);
  });
  it('has the ratio that its truncation leaves, and tells the one that was asked for', () => {
    const strategy = runningCellMasking({ ratio: 0.6 });
    expect(strategy.ratio).toBe(0.5);
    expect(strategy.describe()).toEqual({ is: 'runningCellMasking', ratio: 0.6 });
  });
  it('refuses ratios below a cell of four, and odd sides', () => {
    expect(() => runningCellMasking({ ratio: 0.2 })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID', where: 'runningCellMasking, option ratio' }),
    );
    const odd = { slices: 1, rows: 3, columns: 2 };
    expect(() =>
      runningCellMasking({ ratio: 0.5 }).mask({ grid: odd, random: seededRandom(0), cues: {} }),
    ).toThrow(expect.objectContaining({ code: 'GRID_INVALID' }));
  });
});
