import type { TokenGrid, TokenMotion } from '../strategy.js';

/** A rectangle of cells. `top` and `left` may lie between cells; the box never leaves the grid. */
export interface MotionBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The box of about `area` cells, in the grid's proportions, with `cell` in its middle (below and right of it where a
 * side is even), or as near to that as the edges let it.
 */
export function boxAround(cell: number, area: number, grid: TokenGrid): MotionBox {
  const height = clamp(Math.round(Math.sqrt((area * grid.rows) / grid.columns)), 1, grid.rows);
  const width = clamp(Math.round(area / height), 1, grid.columns);
  const row = Math.floor(cell / grid.columns);
  const column = cell % grid.columns;
  const top = row - Math.floor(height / 2);
  const left = column - Math.floor(width / 2);
  return moved({ top, left, height, width }, 0, 0, grid);
}

/**
 * The box in the next slice: shifted by the mean of the known vectors inside it, or where it was if there are none.
 *
 * @param cells `cellsInBox` of it.
 */
export function followMotion(
  box: MotionBox,
  cells: Uint32Array,
  motion: TokenMotion,
  slice: number,
  grid: TokenGrid,
): MotionBox {
  const start = slice * grid.rows * grid.columns;
  let x = 0;
  let y = 0;
  let count = 0;
  for (let index = 0; index < cells.length; index += 1) {
    const token = start + cells[index]!;
    const weight = -motion.known[token]! >>> 31;
    x += motion.vectors[token * 2]! * weight;
    y += motion.vectors[token * 2 + 1]! * weight;
    count += weight;
  }
  return count === 0 ? box : moved(box, x / count, y / count, grid);
}

/** The cells of a slice that lie in the box, once it is rounded to whole cells, ascending. */
export function cellsInBox(box: MotionBox, grid: TokenGrid): Uint32Array {
  const cells = new Uint32Array(box.height * box.width);
  const first = Math.round(box.top) * grid.columns + Math.round(box.left);
  let end = 0;
  for (let row = 0; row < box.height; row += 1) {
    for (let column = 0; column < box.width; column += 1) {
      cells[end] = first + row * grid.columns + column;
      end += 1;
    }
  }
  return cells;
}

function moved(box: MotionBox, x: number, y: number, grid: TokenGrid): MotionBox {
  return {
    ...box,
    top: clamp(box.top + y, 0, grid.rows - box.height),
    left: clamp(box.left + x, 0, grid.columns - box.width),
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
