import { seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { type CameraMotion, cameraOfSlices } from '../motion/camera-motion.js';
import { motionMagnitudes } from '../motion/motion-magnitude.js';
import type { TokenGrid, TokenMotion } from '../strategy.js';
import { tokenCount, tokensPerSlice } from '../token-grid.js';
import { motionGuidedMasking } from './motion-guided-masking.js';
import { motionMagnitudeMasking } from './motion-magnitude-masking.js';

const draw = (
  make: typeof motionGuidedMasking,
  ratio: number,
  grid: TokenGrid,
  motion: TokenMotion,
  seed = 0,
  camera: CameraMotion = 'keep',
) => make({ ratio, camera }).mask({ grid, random: seededRandom(seed), cues: { motion } });

/** Cells masked in each slice. */
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
    // A quarter of 12 x 12 is a box of 6 x 6.
    const { motion, cells } = movingBlock(grid, { top: 1, left: 0, height: 6, width: 6 }, 1, 1);
    for (const camera of ['keep', 'subtract'] as const) {
      const { masked } = draw(motionGuidedMasking, 0.25, grid, motion, 0, camera);
      expect(cellsBySlice(masked, grid)).toEqual(cells.map((held) => held.sort((a, b) => a - b)));
    }
  });

  it('hides all of an object much smaller than the box, wherever the box began', () => {
    // 4 of the 36 cells of the box, at two cells a slice.
    const { motion, cells } = movingBlock(grid, { top: 5, left: 0, height: 2, width: 2 }, 2, 0);
    for (let seed = 0; seed < 50; seed += 1) {
      const masked = cellsBySlice(draw(motionGuidedMasking, 0.25, grid, motion, seed).masked, grid);
      cells.forEach((held, slice) => {
        expect(masked[slice]).toEqual(expect.arrayContaining(held));
      });
    }
  });

  it('moves by the mean weighted by length, in whole cells once it adds up (by hand)', () => {
    const motion = still(grid);
    const put = (slice: number, row: number, column: number, x: number, y: number) =>
      motion.vectors.set([x, y], (slice * 144 + row * 12 + column) * 2);
    // Two corners that hardly move say where the box begins: rows and columns 3 to 8.
    put(0, 3, 3, 0.001, 0);
    put(0, 8, 8, 0.001, 0);
    put(0, 6, 6, 1, 0);
    put(0, 5, 5, 0, 3);
    // (1 * 1 + 3 * 0) / 4 right, (1 * 0 + 3 * 3) / 4 down.
    put(1, 7, 6, 0.3, 0);
    const masked = cellsBySlice(draw(motionGuidedMasking, 0.25, grid, motion).masked, grid);
    // (3, 3), (5.25, 3.25), (5.25, 3.55) and no further.
    const corners = masked.map((cells) => [Math.floor(cells[0]! / 12), cells[0]! % 12]);
    expect(corners).toEqual([
      [3, 3],
      [5, 3],
      [5, 4],
      [5, 4],
      [5, 4],
      [5, 4],
    ]);
    for (const cells of masked) expect(cells).toEqual(masked[0]!.map((cell) => cell + cells[0]! - 39));
  });

  it('hides one contiguous box where the count is a box, and stays inside the grid', () => {
    const { motion } = movingBlock(grid, { top: 0, left: 0, height: 2, width: 2 }, 0, 0);
    motion.vectors.fill(-3);
    for (const cells of cellsBySlice(draw(motionGuidedMasking, 0.25, grid, motion).masked, grid).slice(3)) {
      const corner = Array.from({ length: 36 }, (_, index) => Math.floor(index / 6) * 12 + (index % 6));
      expect(cells).toEqual(corner);
    }
  });

  it('leaves the box where it is in slices without vectors, then moves on by one cell to where more moves', () => {
    const { motion } = movingBlock(grid, { top: 1, left: 0, height: 6, width: 6 }, 1, 1);
    for (const slice of [0, 1, 3, 4]) {
      motion.known.fill(0, slice * 144, (slice + 1) * 144);
      motion.vectors.fill(0, slice * 288, (slice + 1) * 288);
    }
    const masked = cellsBySlice(draw(motionGuidedMasking, 0.25, grid, motion).masked, grid);
    expect(masked[0]).toEqual(masked[2]);
    expect(masked[1]).toEqual(masked[2]);
    expect(masked[3]).toEqual(masked[2]!.map((cell) => cell + 13));
    expect(masked[4]).toEqual(masked[3]);
    // The block is two cells ahead by now.
    expect(masked[5]).toEqual(masked[3]!.map((cell) => cell + 13));
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
    for (const cell of [11, 13, 16, 17, 18]) motion.vectors[cell * 2] = 9;
    motion.vectors[17 * 2] = 8;
    expect([...draw(motionGuidedMasking, 5 / 25, small, motion).masked]).toEqual([11, 12, 13, 16, 18]);
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

describe('camera', () => {
  const grid = { slices: 2, rows: 4, columns: 4 };

  /** A camera that goes right and up: all cells go left and down, but for four that stand in the picture. */
  function pan(): TokenMotion {
    const motion = still(grid);
    for (let token = 0; token < 32; token += 1) motion.vectors.set([-2, 1], token * 2);
    for (const token of [5, 6, 9, 10, 21, 22, 25, 26]) motion.vectors.set([0, 0], token * 2);
    return motion;
  }

  it('subtract hides what goes with the camera, keep what stands in the world', () => {
    const object = [5, 6, 9, 10];
    for (const make of [motionGuidedMasking, motionMagnitudeMasking]) {
      const { masked } = draw(make, 0.25, grid, pan(), 0, 'subtract');
      expect(cellsBySlice(masked, grid)).toEqual([object, object]);
      const byDefault = make({ ratio: 0.25 }).mask({
        grid,
        random: seededRandom(0),
        cues: { motion: pan() },
      });
      expect(byDefault.masked).toEqual(masked);
    }
    const [kept] = cellsBySlice(draw(motionMagnitudeMasking, 0.25, grid, pan()).masked, grid);
    for (const cell of object) expect(kept).not.toContain(cell);
  });

  it('subtract leaves the box where the object stays in the picture, for the camera goes with it', () => {
    const wide = { slices: 5, rows: 12, columns: 12 };
    const motion = still(wide);
    const object = Array.from({ length: 36 }, (_, at) => (3 + Math.floor(at / 6)) * 12 + 3 + (at % 6));
    for (let token = 0; token < motion.known.length; token += 1) {
      motion.vectors.set(object.includes(token % 144) ? [0, 0] : [-3, 0], token * 2);
    }
    const { masked } = draw(motionGuidedMasking, 0.25, wide, motion, 0, 'subtract');
    expect(cellsBySlice(masked, wide)).toEqual(Array(5).fill(object));
  });

  it('takes the median of the known vectors of the slice, x and y apart (by hand)', () => {
    const five = { slices: 1, rows: 1, columns: 6 };
    const motion = {
      vectors: Float32Array.of(...[5, 0], ...[1, 7], ...[2, -1], ...[9, 1], ...[3, 2], ...[0, 0]),
      known: Uint8Array.of(1, 1, 1, 1, 1, 0),
    };
    // Medians 3 of (1, 2, 3, 5, 9) and 1 of (-1, 0, 1, 2, 7). The last token is unknown.
    expect([...cameraOfSlices(motion, five, 'subtract')]).toEqual([3, 1]);
    // Of four, the larger of the two in the middle: 3 of (1, 2, 3, 9) and 2 of (-1, 1, 2, 7).
    const four = { ...motion, known: Uint8Array.of(0, 1, 1, 1, 1, 0) };
    expect([...cameraOfSlices(four, five, 'subtract')]).toEqual([3, 2]);
    const none = { ...motion, known: new Uint8Array(6) };
    expect([...cameraOfSlices(none, five, 'subtract')]).toEqual([0, 0]);
    expect([...cameraOfSlices(motion, five, 'keep')]).toEqual([0, 0]);
    // (5, 0), (1, 7), (2, -1), (9, 1) and (3, 2) less (3, 1).
    const lengths = motionMagnitudes(motion, five, cameraOfSlices(motion, five, 'subtract'));
    [5, 40, 5, 36, 1, 0].forEach((square, token) => {
      expect(lengths[token]! ** 2).toBeCloseTo(square, 5);
    });
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
