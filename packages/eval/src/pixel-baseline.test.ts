import { expect, it } from 'vitest';
import { pixelBaseline } from './pixel-baseline.js';

it('averages areas of space and time', () => {
  // 2 frames of 2 x 4, one slice, two cells a side: each cell covers 1 x 2 pixels in both frames.
  const clip = new Uint8Array(2 * 2 * 4 * 3);
  const set = (t: number, y: number, x: number, value: number) => {
    clip[((t * 2 + y) * 4 + x) * 3 + 1] = value; // green
  };
  set(0, 0, 0, 255);
  set(1, 0, 1, 255);
  set(1, 1, 3, 51);
  const options = { frameCount: 2, height: 2, width: 4, slices: 1, cells: 2 };
  const { values, count, width } = pixelBaseline([clip], options);
  expect([count, width]).toEqual([1, 12]);
  const green = [1, 4, 7, 10].map((i) => values[i]!);
  [0.5, 0, 0, 0.05].forEach((x, i) => {
    expect(green[i]).toBeCloseTo(x, 6);
  });
  expect(values.filter((x) => x > 0).length).toBe(2);
});

it('is 768 numbers by default, and refuses clips of another size', () => {
  const options = { frameCount: 8, height: 64, width: 64 };
  expect(pixelBaseline([new Uint8Array(8 * 64 * 64 * 3)], options).width).toBe(768);
  expect(() => pixelBaseline([new Uint8Array(5)], options)).toThrow(
    /clip 0: expected 8 x 64 x 64 x 3, got 5/,
  );
});

it('refuses options that are out of range or not known, and no clips', () => {
  const options = { frameCount: 4, height: 8, width: 8 };
  const clip = new Uint8Array(4 * 8 * 8 * 3);
  for (const wrong of [{ slices: 5 }, { cells: 9 }, { cells: 0 }, { frameCount: 0 }, { size: 8 }]) {
    expect(() => pixelBaseline([clip], { ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  }
  expect(() => pixelBaseline([], options)).toThrow(expect.objectContaining({ code: 'TOO_FEW_EXAMPLES' }));
});
