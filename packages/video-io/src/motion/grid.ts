import { type CropPlan, turnSize } from '../decode/crop.js';
import type { MotionField } from '../video.js';
import { blockSums, type Spans, spansOf } from './block-sums.js';
import type { BlockVectors } from './codec-vectors.js';
import type { DistanceOf } from './reference-choice.js';

/** Lays block vectors on the cells of the output picture. */
export interface MotionGrid {
  readonly field: MotionField;
  /** Writes the vectors of one source frame as clip frame `slot`. */
  put(slot: number, vectors: BlockVectors, distanceOf: DistanceOf): void;
}

/** A cell is known when vectors cover this share of it. */
const COVERAGE = 0.5;

/** A grid for `frames` clip frames with cells of `cell` output pixels. */
export function createMotionGrid(
  plan: CropPlan,
  frameCount: number,
  cell: number,
  origin: MotionField['origin'],
): MotionGrid {
  const { coded, geometry, orientation } = plan;
  const { width, height } = geometry.size;
  const { transposed, flippedX, flippedY } = orientation;
  const columns = Math.ceil(width / cell);
  const rows = Math.ceil(height / cell);
  const cells = rows * columns;
  const vectors = new Float32Array(frameCount * cells * 2);
  const known = new Uint8Array(frameCount * cells);
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
  // Turned on its side, x of the coded picture runs down the output picture.
  const axisOfX = transposed ? 1 : 0;
  const [stepX, stepY] = transposed ? [columns, 1] : [1, columns];
  const factorX = scaleX * ((transposed ? flippedY : flippedX) ? -1 : 1);
  const factorY = scaleY * ((transposed ? flippedX : flippedY) ? -1 : 1);

  return {
    field: { origin, vectors, known, rows, columns, cell },
    put(slot, blocks, distanceOf) {
      sums.add(blocks, distanceOf);
      sums.settle();
      const first = slot * cells;
      sums.means(transposed ? down : across, transposed ? across : down, (i, j, x, y, covered) => {
        if (covered < COVERAGE) return;
        const at = first + i * stepX + j * stepY;
        known[at] = 1;
        vectors[at * 2 + axisOfX] = x * factorX;
        vectors[at * 2 + 1 - axisOfX] = y * factorY;
      });
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
}): Spans {
  const { origin, count, cell, length, scale, flipped } = axis;
  const stretches = Array.from({ length: count }, (_, i) => {
    const from = i * cell;
    const to = Math.min(from + cell, length);
    const [start, end] = flipped ? [length - to, length - from] : [from, to];
    return { start: start / scale, end: end / scale };
  });
  return spansOf(origin, stretches);
}
