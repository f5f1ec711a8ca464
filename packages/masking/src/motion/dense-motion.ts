import { number, objectWith, optionTable, wholeNumber } from '@tgm/options';
import { checkFloats, checkKind } from '../array-checks.js';
import { MaskingError } from '../errors.js';
import type { TokenGrid } from '../strategy.js';

/** Motion of a clip on a raster of square cells from the top left corner, such as a codec's vectors over its blocks. */
export interface DenseMotion {
  /** [T, rows, columns, 2] x to the right and y downwards, pixels per source frame. */
  readonly vectors: Float32Array;
  /** [T, rows, columns] 1 where there is a vector, 0 where there is none. */
  readonly known: Uint8Array;
  readonly rows: number;
  readonly columns: number;
  /** Side of a cell in pixels. The last row and column may reach beyond the frame. */
  readonly cell: number;
}

const side = wholeNumber({ from: 1 });

/** Checks the `field` of the function that is called `where`. */
export function denseMotionCheck(where: string) {
  const fieldTable = optionTable(
    where,
    {
      field: objectWith<DenseMotion>('motion on a raster', ['vectors', 'known', 'rows', 'columns', 'cell']),
    },
    MaskingError,
  );
  const fieldSizes = optionTable(
    `${where}, field`,
    { rows: side, columns: side, cell: number({ above: 0 }) },
    MaskingError,
  );

  /**
   * @param width of the frame in pixels, as `height`.
   * @returns frames of the raster for each slice.
   * @throws MaskingError `OPTION_INVALID`, `GRID_INVALID`, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
   */
  return (field: DenseMotion, grid: TokenGrid, width: number, height: number): number => {
    fieldTable.check({ field });
    const { rows, columns, cell } = field;
    fieldSizes.check({ rows, columns, cell });
    if (rows * cell < height || columns * cell < width) {
      throw new MaskingError('GRID_INVALID', {
        expected: `a raster that covers the frame of ${width} x ${height} pixels`,
        received: `${columns} x ${rows} cells of ${cell} pixels`,
        where,
      });
    }
    checkKind(field.known, 'Uint8Array', `${where}, known`);
    const frameCount = field.known.length / (rows * columns);
    if (frameCount === 0 || !Number.isInteger(frameCount / grid.slices)) {
      throw new MaskingError('GRID_INVALID', {
        expected: `a multiple of ${grid.slices} slices of ${rows} x ${columns} raster cells`,
        received: `${frameCount} frames`,
        where,
      });
    }
    checkFloats(field.vectors, field.known.length * 2, `${where}, vectors`);
    return frameCount / grid.slices;
  };
}
