import { objectWith, optionTable, wholeNumber } from '@tgm/options';
import { checkFloats } from './array-checks.js';
import { MaskingError } from './errors.js';

/** Values on a regular raster, row-major. */
export interface Raster {
  /** [rows, columns] */
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** Between which two samples of a side a point lies, and how far from the first, in [0, 1]. */
interface Position {
  readonly low: number;
  readonly high: number;
  readonly fraction: number;
}

const sides = { rows: wholeNumber({ from: 1 }), columns: wholeNumber({ from: 1 }) };

const sourceSides = optionTable('resampleBilinear, source', sides, MaskingError);

const table = optionTable(
  'resampleBilinear',
  { source: objectWith<Raster>('a raster', ['values', 'rows', 'columns']), ...sides },
  MaskingError,
);

/**
 * A raster of another size by bilinear interpolation, samples at cell centres and the border repeated
 * (PyTorch's `interpolate` with `align_corners=False`). The same size gives the same values exactly.
 *
 * @returns [rows, columns] values.
 * @throws MaskingError `OPTION_INVALID`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function resampleBilinear(source: Raster, rows: number, columns: number): Float32Array {
  table.check({ source, rows, columns });
  sourceSides.check({ rows: source.rows, columns: source.columns });
  checkFloats(source.values, source.rows * source.columns, 'resampleBilinear, source');
  const down = positions(source.rows, rows);
  const across = positions(source.columns, columns);
  const result = new Float32Array(rows * columns);
  down.forEach((vertical, row) => {
    const top = vertical.low * source.columns;
    const bottom = vertical.high * source.columns;
    across.forEach((horizontal, column) => {
      const upper = mix(
        source.values[top + horizontal.low]!,
        source.values[top + horizontal.high]!,
        horizontal,
      );
      const lower = mix(
        source.values[bottom + horizontal.low]!,
        source.values[bottom + horizontal.high]!,
        horizontal,
      );
      result[row * columns + column] = mix(upper, lower, vertical);
    });
  });
  return result;
}

function positions(from: number, to: number): Position[] {
  return Array.from({ length: to }, (_, index) => {
    const centre = Math.max(0, ((index + 0.5) * from) / to - 0.5);
    const low = Math.floor(centre);
    return { low, high: Math.min(low + 1, from - 1), fraction: centre - low };
  });
}

function mix(first: number, second: number, { fraction }: Position): number {
  return first + (second - first) * fraction;
}
