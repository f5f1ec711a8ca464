import { normal, seededRandom } from '@tgm/random';
import { describe, expect, it } from 'vitest';
import { principalAxes } from './principal-axes.js';

/** Largest errors of "matrix x axis = variance x axis" and of "axes stand at right angles and have length 1". */
function errorsOf(matrix: ArrayLike<number>, width: number) {
  const { axes, variances } = principalAxes(matrix, width);
  let [equation, angle] = [0, 0];
  for (let row = 0; row < width; row++) {
    for (let i = 0; i < width; i++) {
      let [image, product] = [0, 0];
      for (let j = 0; j < width; j++) {
        image += matrix[i * width + j]! * axes[row * width + j]!;
        product += axes[i * width + j]! * axes[row * width + j]!;
      }
      equation = Math.max(equation, Math.abs(image - variances[row]! * axes[row * width + i]!));
      angle = Math.max(angle, Math.abs(product - (i === row ? 1 : 0)));
    }
  }
  return { equation, angle, variances: [...variances].sort((a, b) => a - b) };
}

describe('principalAxes', () => {
  it('solves a two by two matrix as by hand', () => {
    const { axes, variances } = principalAxes([2, 1, 1, 2], 2);
    const large = variances[0]! > variances[1]! ? 0 : 1;
    expect(variances[large]).toBeCloseTo(3, 12);
    expect(variances[1 - large]).toBeCloseTo(1, 12);
    expect(Math.abs(axes[large * 2]!)).toBeCloseTo(Math.SQRT1_2, 12);
    expect(axes[large * 2]).toBeCloseTo(axes[large * 2 + 1]!, 12);
  });

  it.each([1, 2, 3, 7, 40])('diagonalises a random symmetric matrix of width %i', (width) => {
    const random = seededRandom('matrix', width);
    const half = Float64Array.from({ length: width * width }, () => normal(random));
    const matrix = half.map((value, at) => value + half[(at % width) * width + Math.floor(at / width)]!);
    const { equation, angle } = errorsOf(matrix, width);
    expect(equation).toBeLessThan(1e-12 * width);
    expect(angle).toBeLessThan(1e-12 * width);
  });

  it('takes zeros, equal variances, one direction only, and variances of 1e12 to 1e-12', () => {
    const width = 6;
    const of = (entry: (row: number, column: number) => number) =>
      Float64Array.from({ length: width * width }, (_, at) => entry(Math.floor(at / width), at % width));
    expect(errorsOf(new Float64Array(36), width)).toEqual({
      equation: 0,
      angle: 0,
      variances: [0, 0, 0, 0, 0, 0],
    });
    expect(
      errorsOf(
        of((r, c) => (r === c ? 3 : 0)),
        width,
      ).variances,
    ).toEqual([3, 3, 3, 3, 3, 3]);
    const line = errorsOf(
      of((r, c) => (r + 1) * (c + 1)),
      width,
    );
    expect(line.variances.at(-1)).toBeCloseTo(1 + 4 + 9 + 16 + 25 + 36, 10);
    expect(line.equation).toBeLessThan(1e-12 * 91);
    expect(line.angle).toBeLessThan(1e-13 * 36);
    const wide = errorsOf(
      of((r, c) => 1e12 ** (1 - (r + c) / 5) * (r === c ? 2 : 1)),
      width,
    );
    expect(wide.equation).toBeLessThan(1e-15 * 4e12);
    expect(wide.angle).toBeLessThan(1e-12);
  });
});
