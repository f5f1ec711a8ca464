import { describe, expect, it } from 'vitest';
import { flowCue } from './flow-cue.js';

describe('flowCue', () => {
  const grid = { slices: 3, rows: 1, columns: 2 };
  // Three frames of one row of four cells of 4 pixels: 16 x 4 pixels, tokens of 8 x 4.
  const field = {
    vectors: new Float32Array(3 * 4 * 2),
    known: new Uint8Array(12).fill(1),
    rows: 1,
    columns: 4,
    cell: 4,
  };
  const options = { width: 16, height: 4, framesPerStep: 2, samples: 2 };
  /** x of the cells of each frame; y is three times as much. */
  const moving = (...frames: number[][]) => ({
    ...field,
    vectors: Float32Array.from(frames.flat().flatMap((x) => [x, 3 * x])),
  });
  const row = (flow: Float32Array, pair: number, axis: number) => [
    ...flow.subarray((pair * 2 + axis) * 8, (pair * 2 + axis) * 8 + 4),
  ];

  it('gives each sample the motion of its cell, in samples a step, to and fro (by hand)', () => {
    const flow = flowCue(moving([0, 0, 0, 4], [1, 2, 3, 5], [7, 7, 7, 7]), grid, options);
    expect([flow.frameCount, flow.samples]).toEqual([3, 2]);
    // 2 x 2 samples a token, so 2 rows of 4: x in steps of 4 pixels, y in steps of 2; two source frames a step.
    expect(row(flow.backward, 0, 0)).toEqual([-0.5, -1, -1.5, -2.5]);
    expect(row(flow.backward, 0, 1)).toEqual([-3, -6, -9, -15]);
    expect(row(flow.backward, 1, 0)).toEqual([-3.5, -3.5, -3.5, -3.5]);
    expect(row(flow.forward, 0, 0)).toEqual([0, 0, 0, 2]);
    expect(row(flow.forward, 1, 1)).toEqual([3, 6, 9, 15]);
    for (const flows of [flow.backward, flow.forward]) {
      for (let at = 0; at < flows.length; at += 8) {
        expect(flows.slice(at, at + 4)).toEqual(flows.slice(at + 4, at + 8));
      }
    }
  });

  it('takes unknown cells along with the camera, and frames without vectors with the nearest (by hand)', () => {
    const known = Uint8Array.of(...[0, 0, 0, 0], ...[1, 1, 1, 0], ...[0, 0, 0, 0]);
    const flow = flowCue({ ...moving([9, 9, 9, 9], [1, 2, 4, 9], [9, 9, 9, 9]), known }, grid, options);
    // The median of 1, 2 and 4.
    expect(row(flow.backward, 0, 0)).toEqual([-0.5, -1, -2, -1]);
    expect(row(flow.backward, 1, 0)).toEqual([-0.5, -1, -2, -1]);
    expect(row(flow.forward, 0, 0)).toEqual([0.5, 1, 2, 1]);
    const none = flowCue({ ...field, known: new Uint8Array(12) }, grid, options);
    for (const value of [...none.backward, ...none.forward]) expect(Math.abs(value)).toBe(0);
  });

  it('finds the cells under samples of any other size', () => {
    // 6 samples a side over four cells: middles at 1/3, 1, 5/3, 7/3, 3, 11/3 cells.
    const flow = flowCue(moving([0, 0, 0, 0], [1, 2, 3, 4], [0, 0, 0, 0]), grid, { ...options, samples: 3 });
    expect([...flow.forward.subarray(36, 42)].map((x) => (x * 16) / 6 / 2)).toEqual([1, 2, 2, 3, 4, 4]);
  });

  it('refuses frames that the slices cannot share, a raster too small, and no flow of one frame is empty', () => {
    const refuses = (change: object, given: object, code: string) =>
      expect(() => flowCue({ ...field, ...change }, grid, { ...options, ...given })).toThrow(
        expect.objectContaining({ code, where: expect.stringContaining('flowCue') }),
      );
    refuses({ known: new Uint8Array(8), vectors: new Float32Array(16) }, {}, 'GRID_INVALID');
    refuses({}, { width: 20 }, 'GRID_INVALID');
    refuses({}, { samples: 0.5 }, 'OPTION_INVALID');
    refuses({ vectors: new Float32Array(24).fill(Number.NaN) }, {}, 'CUE_NOT_FINITE');
    const one = { ...field, vectors: new Float32Array(8), known: new Uint8Array(4) };
    expect(flowCue(one, { ...grid, slices: 1 }, options).backward).toHaveLength(0);
  });
});
