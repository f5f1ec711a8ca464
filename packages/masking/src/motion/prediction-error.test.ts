import { describe, expect, it } from 'vitest';
import { predictionErrorCue } from './prediction-error.js';

const grid = { slices: 2, rows: 1, columns: 2 };

/** Grey frames of one row of eight pixels. */
const greys = (...rows: number[][]) => Uint8Array.from(rows.flat().flatMap((grey) => [grey, grey, grey]));

/** Four frames of four cells of two pixels; each cell of a frame goes `x` pixels a source frame, if it is known. */
const fieldOf = (...frames: (number | undefined)[][]) => ({
  vectors: Float32Array.from(frames.flat().flatMap((x) => [x ?? 0, 0])),
  known: Uint8Array.from(frames.flat().map((x) => (x === undefined ? 0 : 1))),
  rows: 1,
  columns: 4,
  cell: 2,
});

const of = (frames: Uint8Array, field: ReturnType<typeof fieldOf>, framesPerStep = 1) => [
  ...predictionErrorCue({ frames, field, grid, width: 8, height: 1, framesPerStep }),
];

describe('predictionErrorCue', () => {
  const still = [0, 0, 0, 0];
  const none = [undefined, undefined, undefined, undefined];
  const ramp = [0, 10, 20, 30, 40, 50, 60, 70];

  it('is the mean difference from where the vectors say that pixels came from (by hand)', () => {
    // Shifted right by one, and one pixel of the right half is 80 brighter.
    const moved = [0, 0, 10, 20, 30, 40, 130, 60];
    const ones = [1, 1, 1, 1];
    expect(of(greys(ramp, moved, moved, moved), fieldOf(still, ones, still, still))).toEqual([0, 20, 0, 0]);
    // Without the vectors every pixel but the first is 10 off, one of them 70 and not 80.
    expect(of(greys(ramp, moved, moved, moved), fieldOf(still, still, still, still))).toEqual([
      7.5, 25, 0, 0,
    ]);
    // Half a pixel a source frame, two of them a step.
    const halves = [0.5, 0.5, 0.5, 0.5];
    expect(of(greys(ramp, moved, moved, moved), fieldOf(still, halves, still, still), 2)).toEqual([
      0, 20, 0, 0,
    ]);
  });

  it('does not count frames without vectors, and compares a cell without one with its own place (by hand)', () => {
    const brighter = ramp.map((grey) => grey + 8);
    const frames = greys(ramp, brighter, ramp, brighter);
    // The second slice has its last frame alone; the first has none that counts and takes the second's.
    expect(of(frames, fieldOf(still, none, none, still))).toEqual([8, 8, 8, 8]);
    expect(of(frames, fieldOf(none, none, none, none))).toEqual([0, 0, 0, 0]);
    // Two pixels are 8 brighter at their own place, two 18 than what they came from.
    expect(of(frames, fieldOf(still, [undefined, 1, 1, 1], still, still))[0]).toBe(13);
  });

  it('weighs colours as brightness, and takes what comes from outside from the edge', () => {
    const red = new Uint8Array(4 * 24);
    for (let pixel = 8; pixel < 16; pixel += 1) red[pixel * 3] = 200;
    // 77 * 200 / 256 = 60.2 in the second frame, back to 0 in the third.
    expect(of(red, fieldOf(still, still, none, still))).toEqual([60, 60, 0, 0]);
    const far = [9, 9, 9, 9];
    expect(of(greys(ramp, ramp, ramp, ramp), fieldOf(still, far, still, still))).toEqual([15, 55, 0, 0]);
  });

  it('refuses frames of another size', () => {
    const field = fieldOf(still, still, still, still);
    const refused = (change: object) =>
      expect(() =>
        predictionErrorCue({
          frames: greys(ramp, ramp, ramp, ramp),
          field,
          grid,
          width: 8,
          height: 1,
          framesPerStep: 1,
          ...change,
        }),
      );
    refused({ frames: greys(ramp) }).toThrow(
      expect.objectContaining({ code: 'CUE_WRONG_SIZE', where: 'predictionErrorCue, frames' }),
    );
    refused({ frames: new Float32Array(96) }).toThrow(expect.objectContaining({ code: 'CUE_WRONG_KIND' }));
    refused({ width: 7.5 }).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    refused({ width: 9 }).toThrow(expect.objectContaining({ code: 'GRID_INVALID' }));
  });
});
