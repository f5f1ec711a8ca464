import { describe, expect, it } from 'vitest';
import { motionCue } from './motion-cue.js';
import { motionGuidedMasking } from './motion-guided-masking.js';
import { motionMagnitudeMasking } from './motion-magnitude-masking.js';
import { seededRandom } from './seeded-random.js';
import type { TokenGrid, TokenMotion } from './strategy.js';
import { tokenCount, tokensPerSlice } from './token-grid.js';

const draw = (
  make: typeof motionGuidedMasking,
  ratio: number,
  grid: TokenGrid,
  motion: TokenMotion,
  seed = 0,
) => make({ ratio }).mask({ grid, random: seededRandom(seed), cues: { motion } });

/** Cells hidden in each slice. */
const cellsBySlice = (masked: Uint32Array, grid: TokenGrid) =>
  Array.from({ length: grid.slices }, (_, slice) =>
    [...masked]
      .filter((token) => Math.floor(token / tokensPerSlice(grid)) === slice)
      .map((token) => token % tokensPerSlice(grid)),
  );

interface Block {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Motion of a block that starts at `block` and goes (x, y) cells each slice; all else stands still. */
function movingBlock(grid: TokenGrid, block: Block, x: number, y: number) {
  const motion = still(grid);
  const cells: number[][] = [];
  for (let slice = 0; slice < grid.slices; slice += 1) {
    const held: number[] = [];
    for (let row = block.top + slice * y; row < block.top + slice * y + block.height; row += 1) {
      for (let column = block.left + slice * x; column < block.left + slice * x + block.width; column += 1) {
        const cell = row * grid.columns + column;
        held.push(cell);
        motion.vectors.set([x, y], (slice * tokensPerSlice(grid) + cell) * 2);
      }
    }
    cells.push(held);
  }
  return { motion, cells };
}

function still(grid: TokenGrid): TokenMotion {
  return {
    vectors: new Float32Array(tokenCount(grid) * 2),
    known: new Uint8Array(tokenCount(grid)).fill(1),
  };
}

describe('motionGuidedMasking', () => {
  const grid = { slices: 6, rows: 12, columns: 12 };

  it('follows a block of its own size to the cell', () => {
    // A quarter of 12 x 12 is a box of 6 x 6. One cell is a little faster, which says where its middle is.
    const { motion, cells } = movingBlock(grid, { top: 1, left: 0, height: 6, width: 6 }, 1, 1);
    motion.vectors.set([1.001, 1.001], (4 * 12 + 3) * 2);
    const { masked } = draw(motionGuidedMasking, 0.25, grid, motion);
    expect(cellsBySlice(masked, grid)).toEqual(cells.map((held) => held.sort((a, b) => a - b)));
  });

  it('moves by the mean of all vectors in the box, in whole cells once they add up (by hand)', () => {
    // One of the 36 tokens of the box goes 11.52 cells right: 0.32 in the mean.
    const motion = still(grid);
    for (let slice = 0; slice < 6; slice += 1) motion.vectors[(slice * 144 + 6 * 12 + 3) * 2] = 11.52;
    const hidden = cellsBySlice(draw(motionGuidedMasking, 0.25, grid, motion).masked, grid);
    // Offsets 0, 0.32, 0.64, 0.96, 1.28, 1.6.
    expect(hidden.map((cells) => cells[0]! - 36)).toEqual([0, 0, 1, 1, 1, 2]);
    for (const cells of hidden) expect(cells).toEqual(hidden[0]!.map((cell) => cell + cells[0]! - 36));
  });

  it('hides one contiguous box where the count is a box, and stays inside the grid', () => {
    const { motion } = movingBlock(grid, { top: 0, left: 0, height: 2, width: 2 }, 0, 0);
    motion.vectors.fill(-3);
    for (const cells of cellsBySlice(draw(motionGuidedMasking, 0.25, grid, motion).masked, grid).slice(3)) {
      const corner = Array.from({ length: 36 }, (_, index) => Math.floor(index / 6) * 12 + (index % 6));
      expect(cells).toEqual(corner);
    }
  });

  it('leaves the box where it is in slices without vectors, and before the first with some', () => {
    const { motion } = movingBlock(grid, { top: 1, left: 0, height: 6, width: 6 }, 1, 1);
    motion.vectors.set([1.001, 1.001], (2 * 144 + 6 * 12 + 5) * 2);
    for (const slice of [0, 1, 3, 4]) {
      motion.known.fill(0, slice * 144, (slice + 1) * 144);
      motion.vectors.fill(0, slice * 288, (slice + 1) * 288);
    }
    const hidden = cellsBySlice(draw(motionGuidedMasking, 0.25, grid, motion).masked, grid);
    expect(hidden[0]).toEqual(hidden[2]);
    expect(hidden[1]).toEqual(hidden[2]);
    expect(hidden[3]).toEqual(hidden[2]!.map((cell) => cell + 13));
    expect(hidden[4]).toEqual(hidden[3]);
    expect(hidden[5]).toEqual(hidden[3]);
  });

  it('adds the fastest tokens outside to a box too small, and drops the slowest of one too large', () => {
    // k = 7 of 5 x 5: a box of 3 x 2, plus one. k = 5: a box of 2 x 3, less one.
    const small = { slices: 1, rows: 5, columns: 5 };
    const motion = still(small);
    motion.vectors.set([9, 0], 12 * 2); // the middle
    motion.vectors.set([0, 5], 4 * 2); // a corner
    const seven = draw(motionGuidedMasking, 7 / 25, small, motion).masked;
    expect(seven).toContain(4);
    expect(seven).toContain(12);
    expect(seven).toHaveLength(7);
    for (const cell of [11, 12, 6, 7, 16, 17, 8, 13, 18]) motion.vectors[cell * 2] = 9;
    const five = draw(motionGuidedMasking, 5 / 25, small, motion).masked;
    expect(five).toHaveLength(5);
    expect(five).not.toContain(4);
  });

  it('puts the box of a still clip anywhere', () => {
    const sums = new Array<number>(144).fill(0);
    for (let seed = 0; seed < 200; seed += 1) {
      for (const cell of cellsBySlice(
        draw(motionGuidedMasking, 0.25, grid, still(grid), seed).masked,
        grid,
      )[0]!) {
        sums[cell]! += 1;
      }
    }
    expect(Math.min(...sums)).toBeGreaterThan(0);
    expect(Math.max(...sums)).toBeLessThan(200);
  });
});

describe('motionMagnitudeMasking', () => {
  const grid = { slices: 3, rows: 2, columns: 3 };
  const motion: TokenMotion = {
    vectors: Float32Array.of(
      ...[3, 4, 0, 0, 1, 0, 0, -2, 0, 0, -6, 0],
      ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      ...[0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0],
    ),
    known: Uint8Array.of(...[1, 1, 1, 1, 1, 1], ...[0, 0, 0, 0, 0, 0], ...[1, 1, 1, 1, 1, 1]),
  };
  it('hides the fastest of each slice; a slice without vectors does as its neighbour does (by hand)', () => {
    const { masked } = draw(motionMagnitudeMasking, 0.5, grid, motion);
    expect(cellsBySlice(masked, grid)).toEqual([
      [0, 3, 5],
      [0, 3, 5],
      [3, 4, 5],
    ]);
  });
  it('hides cells of a still clip at random, not from the top', () => {
    const patterns = new Set<string>();
    for (let seed = 0; seed < 50; seed += 1) {
      patterns.add(draw(motionMagnitudeMasking, 0.5, grid, still(grid), seed).masked.join());
    }
    expect(patterns.size).toBeGreaterThan(10);
  });
  it('refuses vectors and flags of another size, and NaN', () => {
    const fails = (change: Partial<TokenMotion>, code: string) => {
      for (const make of [motionMagnitudeMasking, motionGuidedMasking]) {
        expect(() => draw(make, 0.5, grid, { ...motion, ...change })).toThrow(
          expect.objectContaining({ code }),
        );
      }
    };
    fails({ vectors: new Float32Array(18) }, 'CUE_WRONG_SIZE');
    fails({ known: new Uint8Array(36) }, 'CUE_WRONG_SIZE');
    fails({ vectors: new Float32Array(36).fill(Number.NaN) }, 'CUE_NOT_FINITE');
  });
});

describe('motionCue', () => {
  const clip = { width: 40, height: 20, framesPerSlice: 8 };

  it('averages the known vectors of a token over cells and frames, in cells per slice (by hand)', () => {
    // Two frames of 2 x 4 raster cells, one slice of 1 x 2 tokens: each token has 2 x 2 cells in 2 frames.
    const vectors = new Float32Array(2 * 2 * 4 * 2);
    const known = new Uint8Array(2 * 2 * 4);
    const put = (frame: number, row: number, column: number, x: number, y: number) => {
      const at = (frame * 2 + row) * 4 + column;
      known[at] = 1;
      vectors.set([x, y], at * 2);
    };
    put(0, 0, 0, 5, 0);
    put(0, 1, 1, 0, 10);
    put(1, 1, 0, 1, 2);
    vectors.set([99, 99], 3 * 2); // not known: must not count
    const motion = motionCue(
      { vectors, known, rows: 2, columns: 4, cell: 10 },
      { slices: 1, rows: 1, columns: 2 },
      clip,
    );
    // Mean (2, 4) pixels a frame, 8 frames a slice, cells of 20 x 20 pixels: (0.8, 1.6).
    expect([...motion.known]).toEqual([1, 0]);
    expect(motion.vectors[0]).toBeCloseTo(0.8, 6);
    expect(motion.vectors[1]).toBeCloseTo(1.6, 6);
    expect([...motion.vectors.slice(2)]).toEqual([0, 0]);
  });

  it('shares a raster cell between the tokens that it lies in (by hand)', () => {
    // 60 x 20 pixels, three cells of 20 over two tokens of 30: the middle cell counts by half in each.
    const field = {
      vectors: Float32Array.of(3, 0, 6, 0, 30, 0),
      known: Uint8Array.of(1, 1, 1),
      rows: 1,
      columns: 3,
    };
    const grid = { slices: 1, rows: 1, columns: 2 };
    const motion = motionCue({ ...field, cell: 20 }, grid, { ...clip, width: 60 });
    expect(motion.vectors[0]).toBeCloseTo((((3 + 0.5 * 6) / 1.5) * 8) / 30, 5);
    expect(motion.vectors[2]).toBeCloseTo((((30 + 0.5 * 6) / 1.5) * 8) / 30, 5);
    // 40 x 20 pixels: the second cell of 30 is cut off after 10, the third is outside.
    const cut = motionCue({ ...field, cell: 30 }, grid, clip);
    expect(cut.vectors[0]).toBeCloseTo((3 * 8) / 20, 5);
    expect(cut.vectors[2]).toBeCloseTo((((3 + 6) / 2) * 8) / 20, 5);
    // One cell over two by two tokens is whole in each.
    const one = { vectors: Float32Array.of(5, 5), known: Uint8Array.of(1), rows: 1, columns: 1, cell: 40 };
    const whole = motionCue(one, { slices: 1, rows: 2, columns: 2 }, clip);
    expect([...whole.vectors]).toEqual([2, 4, 2, 4, 2, 4, 2, 4]);
  });

  it('turns a pan into the same motion for every token, whatever the raster', () => {
    const grid = { slices: 2, rows: 14, columns: 14 };
    const [rows, columns] = [15, 15];
    const cell = 16; // 240 pixels, of which the last 16 are beyond the frame
    const vectors = new Float32Array(4 * rows * columns * 2).map((_, at) => (at % 2 ? -1 : 2));
    const field = { vectors, known: new Uint8Array(4 * rows * columns).fill(1), rows, columns, cell };
    const motion = motionCue(field, grid, { width: 224, height: 224, framesPerSlice: 4 });
    for (let token = 0; token < tokenCount(grid); token += 1) {
      expect(motion.vectors[token * 2]).toBeCloseTo(0.5, 5);
      expect(motion.vectors[token * 2 + 1]).toBeCloseTo(-0.25, 5);
    }
  });

  it('refuses frames that the slices cannot share, and sizes that are none', () => {
    const field = {
      vectors: new Float32Array(6 * 2),
      known: new Uint8Array(6),
      rows: 1,
      columns: 2,
      cell: 20,
    };
    const fails = (change: object, options: object, code: string, slices = 3) =>
      expect(() =>
        motionCue({ ...field, ...change }, { slices, rows: 1, columns: 1 }, { ...clip, ...options }),
      ).toThrow(expect.objectContaining({ code }));
    fails({}, {}, 'GRID_INVALID', 2);
    fails({ known: new Uint8Array(0) }, {}, 'GRID_INVALID');
    fails({ known: new Uint8Array(5) }, {}, 'GRID_INVALID');
    fails({}, { width: 0 }, 'GRID_INVALID');
    fails({ cell: 19 }, {}, 'GRID_INVALID');
    fails({}, { framesPerSlice: Number.NaN }, 'GRID_INVALID');
    fails({ vectors: new Float32Array(6) }, {}, 'CUE_WRONG_SIZE');
    fails({ vectors: new Float32Array(12).fill(Number.POSITIVE_INFINITY) }, {}, 'CUE_NOT_FINITE');
  });
});
