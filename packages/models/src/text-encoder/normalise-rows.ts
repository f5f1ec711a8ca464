/** Below this a vector is taken as zero, and stays it. */
export const SMALLEST_NORM = 1e-12;

/** Divides each row of [count, width] by its L2 norm, in place. */
export function normaliseRows(values: Float32Array, width: number): Float32Array {
  for (let start = 0; start < values.length; start += width) {
    let sum = 0;
    for (let at = start; at < start + width; at++) sum += values[at]! ** 2;
    const norm = Math.max(Math.sqrt(sum), SMALLEST_NORM);
    for (let at = start; at < start + width; at++) values[at]! /= norm;
  }
  return values;
}
