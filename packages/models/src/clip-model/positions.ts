import { resampleBicubic } from '../resample-bicubic.js';

/** Patches of an image. */
export interface PatchGridSize {
  readonly rows: number;
  readonly columns: number;
}

/**
 * A table of positions for another grid of patches, as Hugging Face's `interpolate_pos_encoding` has it: those of patches are
 * interpolated, the class token keeps its own.
 *
 * @param table [1 + side * side, D]
 * @returns [1 + rows * columns, D]
 */
export function positionsFor(
  table: Float32Array,
  side: number,
  { rows, columns }: PatchGridSize,
): Float32Array {
  const width = table.length / (1 + side * side);
  const positions = new Float32Array((1 + rows * columns) * width);
  positions.set(table.subarray(0, width));
  const patches = { rows: side, columns: side, width };
  positions.set(resampleBicubic(table.subarray(width), patches, rows, columns), width);
  return positions;
}
