import { describe, expect, it } from 'vitest';
import { tokenCount } from '../token-grid.js';
import { motionCue } from './motion-cue.js';

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
    fails({}, { width: 0 }, 'OPTION_INVALID');
    fails({ cell: 19 }, {}, 'GRID_INVALID');
    fails({}, { framesPerSlice: Number.NaN }, 'OPTION_INVALID');
    fails({ vectors: new Float32Array(6) }, {}, 'CUE_WRONG_SIZE');
    fails({ vectors: new Float32Array(12).fill(Number.POSITIVE_INFINITY) }, {}, 'CUE_NOT_FINITE');
  });
});
