import { type CropPlan, turnSize } from './crop.js';
import { blockSums, type ReferenceDistances, type Span, spanOf } from './motion-sums.js';
import type { BlockVectors } from './motion-vectors.js';
import type { MotionField } from './video.js';

/** Gathers block vectors on the cells of the output picture, and averages them over frames. */
export interface MotionGrid {
  readonly field: MotionField;
  /** Adds the vectors of one source frame to the running mean. */
  add(vectors: BlockVectors, distances: ReferenceDistances): void;
  /** Writes the mean of the vectors added since the last call as clip frame `slot`. */
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
  const { coded, geometry, orientation } = plan;
  const { width, height } = geometry.size;
  const { transposed, flippedX, flippedY } = orientation;
  const columns = Math.ceil(width / cell);
  const rows = Math.ceil(height / cell);
  const cells = rows * columns;
  const vectors = new Float32Array(frames * cells * 2);
  const known = new Uint8Array(frames * cells);
  const sums = blockSums(coded);
  const upright = turnSize(geometry.size, orientation);
  const scaleX = upright.width / coded.width;
  const scaleY = upright.height / coded.height;
  const axisX = { origin: coded.x, scale: scaleX };
  const axisY = { origin: coded.y, scale: scaleY };
  const across = cutAxis({
    ...(transposed ? axisY : axisX),
    count: columns,
    cell,
    length: width,
    flipped: flippedX,
  });
  const down = cutAxis({
    ...(transposed ? axisX : axisY),
    count: rows,
    cell,
    length: height,
    flipped: flippedY,
  });

  return {
    field: { origin, vectors, known, rows, columns, cell },
    add(blocks, distances) {
      sums.add(blocks, distances);
    },
    finish(slot) {
      sums.settle();
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          const mean = transposed
            ? sums.mean(down[row]!, across[column]!)
            : sums.mean(across[column]!, down[row]!);
          if (mean.covered < COVERAGE) continue;
          const at = slot * cells + row * columns + column;
          const x = mean.x * scaleX;
          const y = mean.y * scaleY;
          known[at] = 1;
          vectors[at * 2] = (flippedX ? -1 : 1) * (transposed ? y : x);
          vectors[at * 2 + 1] = (flippedY ? -1 : 1) * (transposed ? x : y);
        }
      }
      sums.clear();
    },
  };
}

/** Where the cells along one axis of the output picture lie in the crop. */
function cutAxis(axis: {
  origin: number;
  count: number;
  cell: number;
  length: number;
  scale: number;
  flipped: boolean;
}): Span[] {
  const { origin, count, cell, length, scale, flipped } = axis;
  return Array.from({ length: count }, (_, i) => {
    const start = i * cell;
    const end = Math.min(start + cell, length);
    return flipped
      ? spanOf(origin, (length - end) / scale, (length - start) / scale)
      : spanOf(origin, start / scale, end / scale);
  });
}
