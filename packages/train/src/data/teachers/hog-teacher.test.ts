import { seededRandom } from '@tgm/masking';
import { frameTokens, UNIT_PIXELS } from '@tgm/models';
import { describe, expect, it } from 'vitest';
import { TINY } from '../../objectives/tiny-batch.test-support.js';
import { hogTeacher } from './hog-teacher.js';

const student = { config: TINY };
const { numFrames, imageSize: side } = TINY;

/** A clip of the tiny model by its pixels' numbers. */
const clipOf = (pixel: (frame: number, row: number, column: number, channel: number) => number): Uint8Array =>
  Uint8Array.from({ length: numFrames * side * side * 3 }, (_, at) => {
    const place = Math.floor(at / 3);
    return pixel(Math.floor(place / (side * side)), Math.floor(place / side) % side, place % side, at % 3);
  });

const noise = (): Uint8Array => {
  const random = seededRandom('histograms');
  return clipOf(() => Math.floor(256 * random()));
};

/**
 * MaskFeat's definition step by step, each step an array of the whole image: mirror the border, convolve with Sobel's kernels,
 * length and phase of the gradients, scatter by phase, sum over cells, normalise.
 */
function reference(
  frames: Uint8Array,
  frame: number,
  channel: number,
  bins: number,
  cell: number,
): number[][][] {
  const kernel = [
    [1, 0, -1],
    [2, 0, -2],
    [1, 0, -1],
  ];
  const image = Array.from({ length: side }, (_, row) =>
    Array.from(
      { length: side },
      (_, column) => frames[((frame * side + row) * side + column) * 3 + channel]!,
    ),
  );
  const mirror = [1, ...Array.from({ length: side }, (_, at) => at), side - 2];
  const padded = mirror.map((row) => mirror.map((column) => image[row]![column]!));
  const convolved = (weights: number[][]) =>
    image.map((row, y) =>
      row.map((_, x) => {
        let sum = 0;
        for (let i = 0; i < 3; i++)
          for (let j = 0; j < 3; j++) sum += weights[i]![j]! * padded[y + i]![x + j]!;
        return sum;
      }),
    );
  const across = convolved(kernel);
  const down = convolved(kernel.map((_, i) => kernel.map((row) => row[i]!)));
  const cells = side / cell;
  const sums = Array.from({ length: bins }, () =>
    Array.from({ length: cells }, () => new Array<number>(cells).fill(0)),
  );
  across.forEach((row, y) => {
    row.forEach((gx, x) => {
      const gy = down[y]![x]!;
      const phase = Math.floor((Math.atan2(gx, gy) / Math.PI) * bins);
      sums[((phase % bins) + bins) % bins]![Math.floor(y / cell)]![Math.floor(x / cell)]! += Math.hypot(
        gx,
        gy,
      );
    });
  });
  return sums.map((plane) =>
    plane.map((row, i) =>
      row.map((value, j) => value / Math.max(1e-12, Math.hypot(...sums.map((other) => other[i]![j]!)))),
    ),
  );
}

describe('hogTeacher', () => {
  it.each([
    [9, 4],
    [9, 8],
    [6, 2],
  ])('is the histograms of %i bins and cells of %i pixels, as by its definition', (bins, cellSize) => {
    const frames = noise();
    const teacher = hogTeacher({ student, bins, cellSize });
    const features = teacher.features(frames) as Float32Array;
    const inPatch = 8 / cellSize;
    expect(teacher.width).toBe(3 * bins * inPatch ** 2);
    expect(features.length).toBe(8 * teacher.width);
    for (let token = 0; token < 8; token++) {
      const [slice, row, column] = [token >> 2, (token >> 1) & 1, token & 1];
      const expected = [0, 1, 2].flatMap((channel) =>
        reference(frames, slice * 2, channel, bins, cellSize).flatMap((plane) =>
          plane
            .slice(row * inPatch, (row + 1) * inPatch)
            .flatMap((cells) => cells.slice(column * inPatch, (column + 1) * inPatch)),
        ),
      );
      expected.forEach((value, at) => {
        expect(features[token * teacher.width + at], `token ${token}, ${at}`).toBeCloseTo(value, 5);
      });
    }
  });

  it('has one direction in a ramp, by hand, whatever its sign and height', () => {
    // Bin 0 holds gradients that point down or up, bin 4 (of 80 to 100 degrees from there) those that point across.
    const one = (bin: number) => Array.from({ length: 9 }, (_, at) => (at === bin ? 1 : 0));
    const teacher = hogTeacher({ student, cellSize: 8 });
    for (const [pixel, bin] of [
      [(row: number) => 10 * row, 0],
      [(row: number) => 200 - 3 * row, 0],
      [(_row: number, column: number) => 10 * column, 4],
      [(_row: number, column: number) => 250 - 7 * column, 4],
      // 135 and 45 degrees from the direction in which rows grow, in bins of 20.
      [(row: number, column: number) => 100 + 4 * column - 4 * row, 6],
      [(row: number, column: number) => 4 * column + 4 * row, 2],
    ] as const) {
      const frames = clipOf((_frame, row, column) => pixel(row, column));
      const features = teacher.features(frames) as Float32Array;
      const inner = Array.from(features.subarray(0, 9));
      const largest = inner.indexOf(Math.max(...inner));
      expect(largest).toBe(bin);
      if (bin === 0 || bin === 4)
        expect(inner.map((value) => Math.round(value * 1e6) / 1e6)).toEqual(one(bin));
    }
  });

  it('is zero where a channel is flat, and reads the first frame of each tubelet', () => {
    const frames = clipOf((frame, row, column, channel) =>
      frame % 2 === 1 ? (row * 31 + column * 17) % 256 : channel === 1 ? row * 9 : 77,
    );
    const teacher = hogTeacher({ student });
    const features = teacher.features(frames) as Float32Array;
    for (let token = 0; token < 8; token++) {
      const channels = [0, 1, 2].map((channel) =>
        features
          .subarray((token * 3 + channel) * 36, (token * 3 + channel + 1) * 36)
          .reduce((sum, each) => sum + each, 0),
      );
      expect(channels).toEqual([0, 4, 0]);
    }
  });

  it("has MaskFeat's sizes by default: cells of 8 pixels, and half a patch for smaller ones", () => {
    const widthOf = (patchSize: number) => {
      const config = { ...TINY, imageSize: 224, patchSize };
      return hogTeacher({ student: { config } }).width;
    };
    expect([16, 32, 14, 8].map(widthOf)).toEqual([108, 432, 108, 108]);
    expect(hogTeacher({ student }).describe()).toEqual({ is: 'hogTeacher', bins: 9, cellSize: 4 });
    expect(hogTeacher({ student, bins: 6, cellSize: 2 }).describe()).toEqual({
      is: 'hogTeacher',
      bins: 6,
      cellSize: 2,
    });
  });

  it('refuses cells that do not divide the patch, and frames of another size', () => {
    for (const change of [
      { cellSize: 3 },
      { cellSize: 16 },
      { student: { config: { ...TINY, patchSize: 1 } } },
    ]) {
      expect(() => hogTeacher({ student, ...change })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', where: 'hogTeacher, option cellSize' }),
      );
    }
    for (const frames of [new Uint8Array(9), [1, 2], undefined]) {
      expect(() => hogTeacher({ student }).features(frames as Uint8Array)).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID', where: 'hogTeacher features, argument frames' }),
      );
    }
  });

  it('has the tokens in the order of the model', () => {
    // Only the pixels of token 6 (slice 1, row 1, column 0) vary; of a ramp far from other tokens.
    const frames = clipOf((frame, row, column) =>
      frame >= 2 && row > 9 && column < 6 ? (row * 16) % 256 : 0,
    );
    const features = hogTeacher({ student }).features(frames) as Float32Array;
    const width = 108;
    const some = Array.from({ length: 8 }, (_, token) =>
      features.subarray(token * width, (token + 1) * width).some(Boolean),
    );
    const pixels = Array.from({ length: 8 }, (_, token) =>
      frameTokens(frames, TINY, [token], UNIT_PIXELS).some(Boolean),
    );
    expect(some).toEqual(pixels);
    expect(some.indexOf(true)).toBe(6);
  });
});

it('asks for a cell where half a patch is none, and does not tell of one that nobody gave', () => {
  const odd = { config: { ...TINY, imageSize: 20, patchSize: 5 } };
  expect(() => hogTeacher({ student: odd })).toThrow(
    expect.objectContaining({
      code: 'OPTION_INVALID',
      where: 'hogTeacher, option cellSize',
      expected: "a divisor of the patch's 5 pixels",
      received: 'nothing, and half a patch is no whole number',
    }),
  );
  expect(hogTeacher({ student: odd, cellSize: 5 }).width).toBe(3 * 9);
  expect(() => hogTeacher({ student: odd, cellSize: 2 })).toThrow(expect.objectContaining({ received: '2' }));
});
