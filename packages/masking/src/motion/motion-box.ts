import type { TokenGrid, TokenMotion } from '../strategy.js';

/** A rectangle of cells. `top` and `left` may lie between cells; the box never leaves the grid. */
export interface MotionBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** How much moves in the rectangles of one slice. */
export interface SliceMotion {
  /** [rows + 1, columns + 1] sum of the magnitudes above and left of each corner (Crow, 1984). */
  readonly sums: Float64Array;
  /** [rows, columns] the order of places with as much motion: that of their top left cells. */
  readonly ties: Uint32Array;
  readonly grid: TokenGrid;
}

/** How the tokens of a clip move in the picture, and how much of it is beside the camera. */
export interface MovingTokens {
  readonly motion: TokenMotion;
  /** [slices, rows, columns] from `motionMagnitudes`. */
  readonly magnitudes: Float32Array;
}

/** Cells that the box looks around for a place with more motion in a slice. */
const LOOK = 1;

/** Writes [rows + 1, columns + 1] sums for `SliceMotion`, of [rows, columns] magnitudes. The first row and column stay 0. */
export function sumAreas(magnitudes: Float32Array, { rows, columns }: TokenGrid, sums: Float64Array): void {
  for (let row = 0; row < rows; row += 1) {
    let inRow = 0;
    for (let column = 0; column < columns; column += 1) {
      inRow += magnitudes[row * columns + column]!;
      const at = (row + 1) * (columns + 1) + column + 1;
      sums[at] = sums[at - columns - 1]! + inRow;
    }
  }
}

/** The box of about `area` cells, in the grid's proportions, where it holds most motion; anywhere in a slice without any. */
export function boxWithMostMotion(area: number, slice: SliceMotion): MotionBox {
  const { rows, columns } = slice.grid;
  const height = clamp(Math.round(Math.sqrt((area * rows) / columns)), 1, rows);
  const width = clamp(Math.round(area / height), 1, columns);
  return bestPlace({ top: 0, left: 0, height, width }, Math.max(rows, columns), slice, false);
}

/** The box where it holds most motion among its own place and those beside it; where it is if none of them has more. */
export const settled = (box: MotionBox, slice: SliceMotion): MotionBox => bestPlace(box, LOOK, slice, true);

/**
 * The box in the next slice: shifted by the mean of the known vectors inside it, each weighted by its length beside the camera,
 * or where it was if nothing in it moves. So tokens that stand still do not hold it back. The vectors are those in the picture,
 * the camera's part too, since that is where the box is.
 */
export function followMotion(
  box: MotionBox,
  { motion, magnitudes }: MovingTokens,
  slice: number,
  grid: TokenGrid,
): MotionBox {
  const { rows, columns } = grid;
  const top = Math.round(box.top);
  const left = Math.round(box.left);
  let sumX = 0;
  let sumY = 0;
  let weight = 0;
  for (let row = top; row < top + box.height; row += 1) {
    for (let column = left; column < left + box.width; column += 1) {
      const token = (slice * rows + row) * columns + column;
      const length = magnitudes[token]!;
      sumX += length * motion.vectors[token * 2]!;
      sumY += length * motion.vectors[token * 2 + 1]!;
      weight += length;
    }
  }
  if (weight === 0) return box;
  return {
    ...box,
    top: clamp(box.top + sumY / weight, 0, rows - box.height),
    left: clamp(box.left + sumX / weight, 0, columns - box.width),
  };
}

/** The place with most motion no more than `reach` whole cells from the box's own; its own first if it `stays` on a tie. */
function bestPlace(box: MotionBox, reach: number, slice: SliceMotion, stays: boolean): MotionBox {
  const { ties, grid } = slice;
  const { height, width } = box;
  const top = Math.round(box.top);
  const left = Math.round(box.left);
  const bottom = Math.min(top + reach, grid.rows - height);
  const right = Math.min(left + reach, grid.columns - width);
  let best = box;
  let most = stays ? motionIn(top, left, box, slice) : Number.NEGATIVE_INFINITY;
  let tie = -1;
  for (let row = Math.max(top - reach, 0); row <= bottom; row += 1) {
    for (let column = Math.max(left - reach, 0); column <= right; column += 1) {
      const motion = motionIn(row, column, box, slice);
      const order = ties[row * grid.columns + column]!;
      if (motion < most || (motion === most && order >= tie)) continue;
      best = { top: row, left: column, height, width };
      most = motion;
      tie = order;
    }
  }
  return best;
}

function motionIn(
  top: number,
  left: number,
  { height, width }: MotionBox,
  { sums, grid }: SliceMotion,
): number {
  const side = grid.columns + 1;
  const above = top * side + left;
  const below = above + height * side;
  return sums[below + width]! - sums[below]! - sums[above + width]! + sums[above]!;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
