import { type Random, seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { drawBlocks } from '../blocks/draw-blocks.js';
import { maskingContract } from '../contract/contract.js';
import { tokenCount } from '../token-grid.js';
import { blockMasking } from './block-masking.js';
import { multiBlockMasking } from './multi-block-masking.js';

const base = { slices: 8, rows: 14, columns: 14 };

/** The given draws, then zeros. */
const scripted = (...draws: number[]): Random => {
  let next = 0;
  return () => draws[next++] ?? 0;
};

const strategies = {
  block: () => blockMasking({ ratio: 0.6 }),
  'block, high ratio': () => blockMasking({ ratio: 0.95, blocks: 1 }),
  'block, short in time': () => blockMasking({ ratio: 0.3, spatialScale: 1, temporalScale: 0.25, blocks: 2 }),
  'multi-block': () => multiBlockMasking({ ratio: 0.75 }),
};
for (const [name, make] of Object.entries(strategies)) {
  for (const check of maskingContract(name, make)) it(check.name, () => check.run());
}

describe('a block by hand', () => {
  const grid = { slices: 4, rows: 6, columns: 6 };
  const area = 9 / 36;

  it('is drawn: its aspect, then its first slice, row and column', () => {
    // Aspect 0.75 + 1 / 3 * 0.75 = 1: 3 x 3 cells. Two of four slices. Places: 3 in time, 4 x 4 in the slice.
    const random = scripted(1 / 3, /* slice 1 */ 0.5, /* row 1 */ 0.25, /* column 3 */ 0.75);
    const strategy = blockMasking({ ratio: 18 / 144, blocks: 1, spatialScale: area, temporalScale: 0.5 });
    const square = [9, 10, 11, 15, 16, 17, 21, 22, 23];
    expect([...strategy.mask({ grid, random, cues: {} }).masked]).toEqual([
      ...square.map((cell) => 36 + cell),
      ...square.map((cell) => 72 + cell),
    ]);
  });

  it.each([
    // trunc(196 * 0.15) = 29 cells. sqrt(29 * 0.75) = 4.7 rows, sqrt(29 / 0.75) = 6.2 columns.
    [0, 5, 6],
    // sqrt(29 * 1.5) = 6.6 rows, sqrt(29 / 1.5) = 4.4 columns.
    [1 - 2 ** -32, 7, 4],
  ])('has the sides of its area and aspect, for the draw %d', (draw, rows, columns) => {
    const flags = new Uint8Array(tokenCount(base));
    const shape = { blocks: 1, spatialScale: 0.15, temporalScale: 1, aspect: [0.75, 1.5] } as const;
    drawBlocks(base, shape, scripted(draw), flags);
    for (let slice = 0; slice < 8; slice += 1) {
      for (let cell = 0; cell < 196; cell += 1) {
        const inside = Math.floor(cell / 14) < rows && cell % 14 < columns;
        expect(flags[slice * 196 + cell]).toBe(inside ? 1 : 0);
      }
    }
  });

  it('lasts trunc(slices * temporalScale) slices', () => {
    const grid = { slices: 5, rows: 2, columns: 2 };
    const lasting = (temporalScale: number) => {
      const flags = new Uint8Array(20);
      drawBlocks(grid, { blocks: 1, spatialScale: 1, temporalScale, aspect: [1, 1] }, scripted(), flags);
      return flags.reduce((sum, flag) => sum + flag, 0) / 4;
    };
    expect([0.1, 0.39, 0.4, 0.79, 0.8, 1].map(lasting)).toEqual([1, 1, 2, 3, 4, 5]);
  });

  it('is at least one token, and no larger than the grid', () => {
    const small = { slices: 2, rows: 2, columns: 3 };
    const covered = (spatialScale: number, temporalScale: number) => {
      const flags = new Uint8Array(12);
      drawBlocks(small, { blocks: 1, spatialScale, temporalScale, aspect: [0.2, 0.2] }, scripted(), flags);
      return flags.reduce((sum, flag) => sum + flag, 0);
    };
    expect(covered(0.01, 0.01)).toBe(1);
    // sqrt(6 * 0.2) = 1.1 rows, sqrt(6 / 0.2) = 5.5 columns, of which there are 3.
    expect(covered(1, 1)).toBe(2 * 1 * 3);
  });
});

describe('the union', () => {
  /** The mean share of cells that `blocks` blocks cover, by the probability of each cell. */
  function expectedCover(blocks: number, area: number): number {
    const cells = Math.trunc(196 * area);
    const shares = (side: number) =>
      Array.from({ length: 14 }, (_, at) => {
        const places = 14 - side + 1;
        return (Math.min(at, places - 1) - Math.max(0, at - side + 1) + 1) / places;
      });
    const aspects = Array.from({ length: 300 }, (_, step) => 0.75 + (0.75 * (step + 0.5)) / 300);
    const covers = aspects.map((aspect) => {
      const [down, across] = [Math.sqrt(cells * aspect), Math.sqrt(cells / aspect)].map((side) =>
        shares(Math.min(14, Math.round(side))),
      );
      const each = down!.flatMap((row) => across!.map((column) => 1 - (1 - row * column) ** blocks));
      return each.reduce((sum, share) => sum + share, 0) / 196;
    });
    return covers.reduce((sum, cover) => sum + cover, 0) / aspects.length;
  }

  it.each([
    [8, 0.15, 0.63],
    [2, 0.7, 0.82],
  ])('of %i blocks of %d covers what blocks at uniform places do', (blocks, spatialScale, documented) => {
    let sum = 0;
    const clips = 1500;
    for (let clip = 0; clip < clips; clip += 1) {
      const flags = new Uint8Array(196);
      const shape = { blocks, spatialScale, temporalScale: 1, aspect: [0.75, 1.5] } as const;
      drawBlocks({ slices: 1, rows: 14, columns: 14 }, shape, seededRandom(clip), flags);
      sum += flags.reduce((count, flag) => count + flag, 0) / 196;
    }
    // A clip's deviation is 0.077.
    expect(Math.abs(sum / clips - expectedCover(blocks, spatialScale))).toBeLessThan(0.008);
    expect(sum / clips).toBeCloseTo(documented, 2);
  });

  it('is brought to exactly floor(tokens * ratio), from the beginning of the clip to its end', () => {
    for (const ratio of [0.1, 0.6, 0.9]) {
      for (let clip = 0; clip < 10; clip += 1) {
        const { masked } = blockMasking({ ratio }).mask({ grid: base, random: seededRandom(clip), cues: {} });
        expect(masked).toHaveLength(Math.floor(1568 * ratio));
        const times = new Array<number>(196).fill(0);
        for (const token of masked) times[token % 196]! += 1;
        // Of one cell at most only some slices are hidden.
        expect(times.filter((count) => count !== 0 && count !== 8).length).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('multiBlockMasking', () => {
  it('draws one kind for each clip, all equally likely', () => {
    const kinds = [
      { blocks: 1, spatialScale: 0.1 },
      { blocks: 1, spatialScale: 0.1, temporalScale: 0.5 },
    ];
    const grid = { slices: 2, rows: 10, columns: 10 };
    const strategy = multiBlockMasking({ ratio: 0.05, kinds });
    let tubes = 0;
    for (let clip = 0; clip < 600; clip += 1) {
      const { masked } = strategy.mask({ grid, random: seededRandom(clip), cues: {} });
      const first = masked.filter((token) => token < 100).length;
      expect([0, 5, 10]).toContain(first);
      if (first === 5) tubes += 1;
    }
    expect(Math.abs(tubes - 300)).toBeLessThan(56); // deviation 12.2
  });
  it('has the short-range and long-range blocks of V-JEPA by default', () => {
    const common = { temporalScale: 1, aspect: [0.75, 1.5] };
    expect(multiBlockMasking({ ratio: 0.75 }).describe()).toEqual({
      is: 'multiBlockMasking',
      ratio: 0.75,
      kinds: [
        { blocks: 8, spatialScale: 0.15, ...common },
        { blocks: 2, spatialScale: 0.7, ...common },
      ],
    });
  });
  it('is blockMasking with one kind, behind one draw', () => {
    const kind = { blocks: 3, spatialScale: 0.2 };
    const one = multiBlockMasking({ ratio: 0.5, kinds: [kind] });
    const [random, later] = [seededRandom(4), seededRandom(4)];
    later();
    expect(one.mask({ grid: base, random, cues: {} })).toEqual(
      blockMasking({ ratio: 0.5, ...kind }).mask({ grid: base, random: later, cues: {} }),
    );
  });
});

describe('options that are none', () => {
  it.each([
    ['blocks', 0],
    ['blocks', 1.5],
    ['spatialScale', 0],
    ['spatialScale', 1.1],
    ['temporalScale', 0],
    ['temporalScale', '1'],
    ['aspect', [1.5, 0.75]],
    ['aspect', [0, 1]],
    ['aspect', [1]],
    ['aspect', 1],
  ])('%s %o', (option, value) => {
    const code = 'OPTION_INVALID';
    expect(() => blockMasking({ ratio: 0.5, [option]: value })).toThrow(
      expect.objectContaining({ code, where: `blockMasking, option ${option}` }),
    );
    expect(() => multiBlockMasking({ ratio: 0.5, kinds: [{ [option]: value }] })).toThrow(
      expect.objectContaining({ code, where: `multiBlockMasking, option kinds.0.${option}` }),
    );
  });
  it('no kinds, and kinds with options of other names', () => {
    const invalid = expect.objectContaining({ code: 'OPTION_INVALID' });
    expect(() => multiBlockMasking({ ratio: 0.5, kinds: [] })).toThrow(invalid);
    expect(() => multiBlockMasking({ ratio: 0.5, kinds: [{ scale: 0.5 } as never] })).toThrow(invalid);
  });
});
