import { normal, seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { resampleBilinear } from './resample-bilinear.js';

describe('resampleBilinear', () => {
  it('keeps a raster of the same size bit for bit', () => {
    const random = seededRandom('raster');
    const values = Float32Array.from({ length: 35 }, () => normal(random));
    expect(resampleBilinear({ values, rows: 5, columns: 7 }, 5, 7)).toEqual(values);
  });
  it('samples at cell centres (by hand)', () => {
    const row = { values: Float32Array.of(0, 4), rows: 1, columns: 2 };
    expect([...resampleBilinear(row, 1, 4)]).toEqual([0, 1, 3, 4]);
    expect([...resampleBilinear(row, 1, 1)]).toEqual([2]);
    expect([...resampleBilinear(row, 2, 2)]).toEqual([0, 4, 0, 4]);
    const square = { values: Float32Array.of(0, 4, 8, 12), rows: 2, columns: 2 };
    expect([...resampleBilinear(square, 4, 4).slice(4, 8)]).toEqual([2, 3, 5, 6]);
  });
  it('keeps a linear ramp linear away from the border', () => {
    const ramp = { values: Float32Array.from({ length: 7 }, (_, index) => index), rows: 1, columns: 7 };
    const finer = resampleBilinear(ramp, 1, 14);
    for (let index = 1; index < 13; index += 1) expect(finer[index]).toBeCloseTo((index + 0.5) / 2 - 0.5, 6);
  });
});
