import type { Features } from './features.js';

/** Of each column, [width]. */
export interface ColumnScale {
  readonly mean: Float64Array;
  /** 1 / standard deviation, or 0 where the column is constant up to rounding. */
  readonly inverse: Float64Array;
}

/** A deviation smaller than this share of the mean is the rounding of single precision. */
const ROUNDING = 1e-6;

/** Mean and deviation of each column in two passes in double precision. */
export function columnScale({ values, count, width }: Features): ColumnScale {
  const mean = new Float64Array(width);
  const variance = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) mean[i]! += values[row * width + i]! / count;
  }
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) variance[i]! += (values[row * width + i]! - mean[i]!) ** 2 / count;
  }
  const inverse = variance.map((square, i) => {
    const deviation = Math.sqrt(square);
    return deviation > ROUNDING * Math.abs(mean[i]!) ? 1 / deviation : 0;
  });
  return { mean, inverse };
}

/**
 * (x - mean) / deviation, column by column, [count, width]. In double precision: an example unlike those that the scale was
 * taken of may lie beyond the range of single precision.
 */
export function standardise({ values, width }: Features, { mean, inverse }: ColumnScale): Float64Array {
  return Float64Array.from(values, (value, at) => (value - mean[at % width]!) * inverse[at % width]!);
}
