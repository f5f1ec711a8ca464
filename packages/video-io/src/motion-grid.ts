import { type CropPlan, turnSize } from './crop.js';
import type { BlockVectors } from './motion-vectors.js';
import type { MotionField } from './video.js';

/** How many frames lie between a frame and what its vectors point to. */
export interface ReferenceDistances {
  readonly backward: number;
  readonly forward: number;
}

/** Gathers block vectors on the cells of the output picture, and averages them over frames. */
export interface MotionGrid {
  readonly field: MotionField;
  /** Adds one source frame to the running mean. */
  add(vectors: BlockVectors, distances: ReferenceDistances): void;
  /** Writes the mean of the frames added since the last call as clip frame `slot`. */
  finish(slot: number): void;
}

/** A cell is known when vectors cover this share of it. */
const COVERAGE = 0.5;

/** A grid for `frames` clip frames with cells of `cell` output pixels. */
export function createMotionGrid(
  plan: CropPlan,
  frames: number,
  cell: number,
  origin: MotionField['origin'],
): MotionGrid {
  const { width, height } = plan.geometry.size;
  const columns = Math.ceil(width / cell);
  const rows = Math.ceil(height / cell);
  const cells = rows * columns;
  const field: MotionField = {
    origin,
    vectors: new Float32Array(frames * cells * 2),
    known: new Uint8Array(frames * cells),
    rows,
    columns,
    cell,
  };
  /**
   * [cells, 4] x, y, area covered by vectors to earlier pictures, to later ones, of one frame; then
   * [cells, 3] sum of x, sum of y, frames over the window.
   */
  const frame = new Float64Array(cells * 4);
  const window = new Float64Array(cells * 3);
  const toOutput = outputMap(plan);

  return {
    field,
    add(vectors, distances) {
      frame.fill(0);
      for (let i = 0; i < vectors.count; i++) {
        // From the past, content moved opposite to the offset; towards the future, along it.
        const forward = vectors.forward[i]!;
        const share = forward === 1 ? 1 / distances.forward : -1 / distances.backward;
        const block = toOutput(vectors, i);
        spread(block, block.dx * share, block.dy * share, forward);
      }
      for (let c = 0; c < cells; c++) {
        const earlier = frame[c * 4 + 2]!;
        const later = frame[c * 4 + 3]!;
        // A block with both kinds is covered once, and its vectors share its say.
        if (Math.max(earlier, later) < COVERAGE * areaOf(c)) continue;
        window[c * 3]! += frame[c * 4]! / (earlier + later);
        window[c * 3 + 1]! += frame[c * 4 + 1]! / (earlier + later);
        window[c * 3 + 2]! += 1;
      }
    },
    finish(slot) {
      for (let c = 0; c < cells; c++) {
        const count = window[c * 3 + 2]!;
        if (count === 0) continue;
        const at = slot * cells + c;
        field.known[at] = 1;
        field.vectors[at * 2] = window[c * 3]! / count;
        field.vectors[at * 2 + 1] = window[c * 3 + 1]! / count;
      }
      window.fill(0);
    },
  };

  /** Adds a vector to each cell that the block overlaps, weighted by the overlap. */
  function spread({ left, top, right, bottom }: OutputBlock, x: number, y: number, forward: number): void {
    const firstRow = Math.max(0, Math.floor(top / cell));
    const lastRow = Math.min(rows - 1, Math.ceil(bottom / cell) - 1);
    const firstColumn = Math.max(0, Math.floor(left / cell));
    const lastColumn = Math.min(columns - 1, Math.ceil(right / cell) - 1);
    for (let row = firstRow; row <= lastRow; row++) {
      const overlapY = Math.min(bottom, (row + 1) * cell) - Math.max(top, row * cell);
      for (let column = firstColumn; column <= lastColumn; column++) {
        const area = overlapY * (Math.min(right, (column + 1) * cell) - Math.max(left, column * cell));
        const at = (row * columns + column) * 4;
        frame[at]! += x * area;
        frame[at + 1]! += y * area;
        frame[at + 2 + forward]! += area;
      }
    }
  }

  function areaOf(index: number): number {
    const row = Math.floor(index / columns);
    const column = index % columns;
    return Math.min(cell, height - row * cell) * Math.min(cell, width - column * cell);
  }
}

interface OutputBlock {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** The offset to the reference, in output pixels. */
  readonly dx: number;
  readonly dy: number;
}

/** Coded pixels -> crop -> scale -> turn, for blocks and their offsets. */
function outputMap({ coded, geometry, orientation }: CropPlan): (v: BlockVectors, i: number) => OutputBlock {
  const upright = turnSize(geometry.size, orientation);
  const scaleX = upright.width / coded.width;
  const scaleY = upright.height / coded.height;
  const { width, height } = geometry.size;
  const { transposed, flippedX, flippedY } = orientation;
  return ({ blocks, offsets }, i) => {
    let left = (blocks[i * 4]! - coded.x) * scaleX;
    let top = (blocks[i * 4 + 1]! - coded.y) * scaleY;
    let right = left + blocks[i * 4 + 2]! * scaleX;
    let bottom = top + blocks[i * 4 + 3]! * scaleY;
    let dx = offsets[i * 2]! * scaleX;
    let dy = offsets[i * 2 + 1]! * scaleY;
    if (transposed) [left, top, right, bottom, dx, dy] = [top, left, bottom, right, dy, dx];
    if (flippedX) [left, right, dx] = [width - right, width - left, -dx];
    if (flippedY) [top, bottom, dy] = [height - bottom, height - top, -dy];
    return { left, top, right, bottom, dx, dy };
  };
}
