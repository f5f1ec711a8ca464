import { number, objectWith, optionTable, wholeNumber } from '@tgm/options';
import { checkFloats } from './array-checks.js';
import { MaskingError } from './errors.js';

/** Values on a regular raster, row-major. */
export interface Raster {
  /** [rows, columns] */
  readonly values: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** A part of a raster, in shares of its sides: the whole one is 1 high and 1 wide, from 0 and 0. */
export interface RasterRegion {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const WHOLE: RasterRegion = { x: 0, y: 0, width: 1, height: 1 };

/** Between which two samples of a side a point lies, and how far from the first, in [0, 1]. */
interface Position {
  readonly low: number;
  readonly high: number;
  readonly fraction: number;
}

const sides = { rows: wholeNumber({ from: 1 }), columns: wholeNumber({ from: 1 }) };

const sourceSides = optionTable('resampleBilinear, source', sides, MaskingError);

const share = number({ from: 0, to: 1 });
const length = number({ above: 0, to: 1 });

const regionTable = optionTable(
  'resampleBilinear, region',
  { x: share, y: share, width: length, height: length } satisfies Record<keyof RasterRegion, unknown>,
  MaskingError,
);

const table = optionTable(
  'resampleBilinear',
  { source: objectWith<Raster>('a raster', ['values', 'rows', 'columns']), ...sides },
  MaskingError,
);

/**
 * A raster of another size by bilinear interpolation, samples at cell centres and the border repeated
 * (PyTorch's `interpolate` with `align_corners=False`). The same size gives the same values exactly.
 *
 * @param region the part of the source that becomes the new raster; the samples around it still count. Default all of it.
 * @returns [rows, columns] values.
 * @throws MaskingError `OPTION_INVALID`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function resampleBilinear(
  source: Raster,
  rows: number,
  columns: number,
  region: RasterRegion = WHOLE,
): Float32Array {
  table.check({ source, rows, columns });
  requireRegion(region);
  sourceSides.check({ rows: source.rows, columns: source.columns });
  checkFloats(source.values, source.rows * source.columns, 'resampleBilinear, source');
  const down = positions(source.rows, rows, region.y, region.height);
  const across = positions(source.columns, columns, region.x, region.width);
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

/** A region may end a rounding error behind the raster. */
const ROUNDING = 1e-6;

function requireRegion(region: RasterRegion): void {
  const { x, y, width, height } = regionTable.check(region);
  if (x + width <= 1 + ROUNDING && y + height <= 1 + ROUNDING) return;
  throw new MaskingError('OPTION_INVALID', {
    where: regionTable.where,
    expected: 'a part of the raster, which ends at 1',
    received: `an end at x ${x + width}, y ${y + height}`,
  });
}

/** @param start and `share` of the side that is resampled. */
function positions(from: number, to: number, start: number, share: number): Position[] {
  return Array.from({ length: to }, (_, index) => {
    const centre = start * from + ((index + 0.5) * (share * from)) / to - 0.5;
    const inside = Math.min(Math.max(0, centre), from - 1);
    const low = Math.floor(inside);
    return { low, high: Math.min(low + 1, from - 1), fraction: inside - low };
  });
}

function mix(first: number, second: number, { fraction }: Position): number {
  return first + (second - first) * fraction;
}
