import { resampleBicubic } from '../resample-bicubic.js';

/** Patches of an image. */
export interface PatchGridSize {
  readonly rows: number;
  readonly columns: number;
}

/**
 * A table of positions for another grid of patches, as Hugging Face's `interpolate_pos_encoding` has it: those of patches are
 * interpolated, the rows before them, such as a class token's, stay.
 *
 * @param table [leading + side * side, D]
 * @returns [leading + rows * columns, D]
 */
export function positionsFor(
  table: Float32Array,
  side: number,
  { rows, columns }: PatchGridSize,
  leading: 0 | 1,
): Float32Array {
  const width = table.length / (leading + side * side);
  const positions = new Float32Array((leading + rows * columns) * width);
  positions.set(table.subarray(0, leading * width));
  const patches = { rows: side, columns: side, width };
  positions.set(resampleBicubic(table.subarray(leading * width), patches, rows, columns), leading * width);
  return positions;
}
