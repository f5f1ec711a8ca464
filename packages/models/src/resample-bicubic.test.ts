import { describe, expect, it } from 'vitest';
import { resampleBicubic } from './resample-bicubic.js';

const VALUES = Float32Array.of(1, 2, 4, 0, -1, 3, 5, 2, -2);
const SIDE = { rows: 3, columns: 3, width: 1 };

/** PyTorch 2.13: interpolate(x, size, mode="bicubic", align_corners=False). */
const LARGER = [
  0.96199631690979, 1.3818131685256958, 2.21533203125, 3.4338128566741943, 4.249996185302734,
  -0.18324615061283112, -0.5114678740501404, -0.24853515625, 2.291996479034424, 4.308856010437012,
  1.8781758546829224, 0.8427497148513794, -0.24853515625, 0.42994585633277893, 1.2167227268218994,
  5.66066837310791, 4.468529224395752, 2.21533203125, -0.8104254007339478, -2.7980122566223145,
];
const SMALLER = [0.641357421875, 3.351409912109375, 3.313507080078125, -0.514678955078125];

describe('resampleBicubic', () => {
  it.each([
    [4, 5, LARGER],
    [2, 2, SMALLER],
  ])('is that of PyTorch at %i x %i', (rows, columns, expected) => {
    const got = resampleBicubic(VALUES, SIDE, rows, columns);
    expect(got.length).toBe(expected.length);
    expected.forEach((value, index) => {
      expect(got[index]).toBeCloseTo(value, 5);
    });
  });

  it('keeps the numbers of a vector apart, and a raster of the same size as it is', () => {
    const pairs = Float32Array.from({ length: 18 }, (_, at) => (at % 2 === 0 ? VALUES[at / 2]! : 7));
    expect(resampleBicubic(pairs, { ...SIDE, width: 2 }, 3, 3)).toEqual(pairs);
    const larger = resampleBicubic(pairs, { ...SIDE, width: 2 }, 4, 5);
    expect(larger[2 * 5]).toBeCloseTo(LARGER[5]!, 5);
    expect(larger[2 * 5 + 1]).toBeCloseTo(7, 5);
  });
});
