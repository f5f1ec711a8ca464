import { number, optionTable } from '@tgm/options';
import { MaskingError } from '../errors.js';
import type { TokenGrid, TokenMotion } from '../strategy.js';
import { checkGrid, tokenCount } from '../token-grid.js';
import { type DenseMotion, denseMotionCheck } from './dense-motion.js';

export interface MotionCueOptions {
  /** Size of the frame that the tokens cover, in the pixels of the vectors and cells. */
  readonly width: number;
  readonly height: number;
  /** Source frames from one slice to the next: tubelet size times sampling stride. */
  readonly framesPerSlice: number;
}

const positive = number({ above: 0 });

const table = optionTable(
  'motionCue',
  { width: positive, height: positive, framesPerSlice: positive } satisfies Record<
    keyof MotionCueOptions,
    unknown
  >,
  MaskingError,
);

const checkDenseMotion = denseMotionCheck('motionCue');

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
 * @throws MaskingError `OPTION_INVALID` for sizes that are not positive, `GRID_INVALID` when T is no multiple of the
 *   slices or the raster does not cover the frame, `CUE_WRONG_KIND`, `CUE_WRONG_SIZE`, `CUE_NOT_FINITE`.
 */
export function motionCue(field: DenseMotion, grid: TokenGrid, options: MotionCueOptions): TokenMotion {
  const { width, height, framesPerSlice }: Required<MotionCueOptions> = table.check(options);
  checkGrid(grid, 'motionCue');
  const framesPerToken = checkDenseMotion(field, grid, width, height);
  const scaleX = (framesPerSlice * grid.columns) / width;
  const scaleY = (framesPerSlice * grid.rows) / height;
  const rowOverlaps = overlaps(height, field.cell, grid.rows);
  const columnOverlaps = overlaps(width, field.cell, grid.columns);

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
