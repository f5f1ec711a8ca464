import { checkFinite, checkLength } from './cues.js';
import { MaskingError } from './errors.js';
import type { TokenGrid, TokenMotion } from './strategy.js';
import { checkGrid, tokenCount } from './token-grid.js';

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

export interface MotionCueOptions {
  /** Size of the frame that the tokens cover, in the pixels of the vectors and cells. */
  readonly width: number;
  readonly height: number;
  /** Source frames from one slice to the next: tubelet size times sampling stride. */
  readonly framesPerSlice: number;
}

/** A part of a raster cell's side, in (0, 1], that lies in a token. */
interface Overlap {
  readonly cell: number;
  readonly weight: number;
}

/**
 * Motion for each token: the mean of the known vectors inside it, over its frames and its area (a raster cell that lies
 * in two tokens counts in each by the part inside), in cells per slice. A token without a known vector is unknown.
 *
 * The raster's T frames are shared out evenly among the slices.
 *
 * @throws MaskingError `GRID_INVALID` when T is no multiple of the slices, a size is not positive or the raster is too small, `CUE_WRONG_SIZE`,
 *   `CUE_NOT_FINITE`.
 */
export function motionCue(field: DenseMotion, grid: TokenGrid, options: MotionCueOptions): TokenMotion {
  checkGrid(grid, 'motionCue');
  const framesPerToken = checkField(field, grid, options);
  const scaleX = (options.framesPerSlice * grid.columns) / options.width;
  const scaleY = (options.framesPerSlice * grid.rows) / options.height;
  const rowOverlaps = overlaps(options.height, field.cell, grid.rows);
  const columnOverlaps = overlaps(options.width, field.cell, grid.columns);

  const vectors = new Float32Array(tokenCount(grid) * 2);
  const known = new Uint8Array(tokenCount(grid));
  for (let token = 0; token < known.length; token += 1) {
    const column = token % grid.columns;
    const row = Math.floor(token / grid.columns) % grid.rows;
    const firstFrame = Math.floor(token / (grid.columns * grid.rows)) * framesPerToken;
    let x = 0;
    let y = 0;
    let total = 0;
    for (let frame = firstFrame; frame < firstFrame + framesPerToken; frame += 1) {
      for (const vertical of rowOverlaps[row]!) {
        for (const horizontal of columnOverlaps[column]!) {
          const at = (frame * field.rows + vertical.cell) * field.columns + horizontal.cell;
          if (!field.known[at]) continue;
          const weight = vertical.weight * horizontal.weight;
          x += weight * field.vectors[at * 2]!;
          y += weight * field.vectors[at * 2 + 1]!;
          total += weight;
        }
      }
    }
    if (total === 0) continue;
    known[token] = 1;
    vectors[token * 2] = (x / total) * scaleX;
    vectors[token * 2 + 1] = (y / total) * scaleY;
  }
  return { vectors, known };
}

/** For each of `tokens` equal parts of a side of `length` pixels, the raster cells that it touches. */
function overlaps(length: number, cell: number, tokens: number): Overlap[][] {
  // Measured in 1 / tokens of a pixel, where all borders are whole numbers and nothing is lost to rounding.
  const side = cell * tokens;
  return Array.from({ length: tokens }, (_, token) => {
    const start = token * length;
    const end = start + length;
    const touched: Overlap[] = [];
    for (let index = Math.floor(start / side); index * side < end; index += 1) {
      const inside = Math.min(end, (index + 1) * side) - Math.max(start, index * side);
      touched.push({ cell: index, weight: inside / side });
    }
    return touched;
  });
}

/** @returns frames of the raster for each slice. */
function checkField(field: DenseMotion, grid: TokenGrid, options: MotionCueOptions): number {
  const { rows, columns, cell } = field;
  const sizes = { rows, columns, cell, ...options };
  for (const [size, value] of Object.entries(sizes)) {
    if (Number.isFinite(value) && value > 0) continue;
    throw new MaskingError('GRID_INVALID', {
      expected: `a positive ${size}`,
      received: String(value),
      where: 'motionCue',
    });
  }
  if (rows * cell < options.height || columns * cell < options.width) {
    throw new MaskingError('GRID_INVALID', {
      expected: `a raster that covers the frame of ${options.width} x ${options.height} pixels`,
      received: `${columns} x ${rows} cells of ${cell} pixels`,
      where: 'motionCue',
    });
  }
  const frames = field.known.length / (rows * columns);
  if (frames === 0 || !Number.isInteger(frames / grid.slices)) {
    throw new MaskingError('GRID_INVALID', {
      expected: `a multiple of ${grid.slices} slices of ${rows} x ${columns} raster cells`,
      received: `${frames} frames`,
      where: 'motionCue',
    });
  }
  checkLength(field.vectors, field.known.length * 2, 'motionCue, vectors');
  checkFinite(field.vectors, 'motionCue, vectors');
  return frames / grid.slices;
}
