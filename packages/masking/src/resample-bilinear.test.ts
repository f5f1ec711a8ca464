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
  it('takes a part of the raster, whose neighbours still count (by hand)', () => {
    const row = { values: Float32Array.of(0, 4, 8, 16), rows: 1, columns: 4 };
    // The middle half is from 1 to 3 in cells; its two halves have their middles at the middles of cells 1 and 2.
    expect([...resampleBilinear(row, 1, 2, { x: 0.25, y: 0, width: 0.5, height: 1 })]).toEqual([4, 8]);
    // Middles at 1.25, 1.75, 2.25 and 2.75: a quarter from those of the cells.
    expect([...resampleBilinear(row, 1, 4, { x: 0.25, y: 0, width: 0.5, height: 1 })]).toEqual([3, 5, 7, 10]);
    // The last eighth lies behind the middle of the last cell: the border is repeated.
    expect([...resampleBilinear(row, 1, 2, { x: 0.875, y: 0, width: 0.125, height: 1 })]).toEqual([16, 16]);
    const square = { values: Float32Array.of(0, 4, 8, 12), rows: 2, columns: 2 };
    const lower = { x: 0, y: 0.5, width: 1, height: 0.5 };
    expect([...resampleBilinear(square, 1, 2, lower)]).toEqual([8, 12]);
  });
  it('refuses a part that is none', () => {
    const row = { values: Float32Array.of(0, 4), rows: 1, columns: 2 };
    const whole = { x: 0, y: 0, width: 1, height: 1 };
    for (const wrong of [{ width: 0 }, { x: -0.1 }, { x: 0.5 }, { height: 1.1 }, { z: 1 }, { y: Number.NaN }])
      expect(() => resampleBilinear(row, 1, 2, { ...whole, ...wrong })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
  });
  it('keeps a linear ramp linear away from the border', () => {
    const ramp = { values: Float32Array.from({ length: 7 }, (_, index) => index), rows: 1, columns: 7 };
    const finer = resampleBilinear(ramp, 1, 14);
    for (let index = 1; index < 13; index += 1) expect(finer[index]).toBeCloseTo((index + 0.5) / 2 - 0.5, 6);
  });
});
