import type { Rectangle } from '../video.js';
import { type BlockVectors, visitBlocks } from './codec-vectors.js';
import type { DistanceOf } from './reference-choice.js';

/** Stretches of the crop along one axis, as the raster squares that they overlap. */
export interface Spans {
  /** [N] number of the first square. */
  readonly first: Int32Array;
  /** [N] how many squares. */
  readonly squares: Int32Array;
  /** [N, widest] coded pixels in each square from the first on; 0 behind the last. */
  readonly lengths: Float64Array;
  readonly widest: number;
}

export type MeanVisit = (i: number, j: number, x: number, y: number, covered: number) => void;

/** Sums of vectors on a fine raster of coded pixels. */
export interface BlockSums {
  /** Adds the vectors of a picture, each divided by the distance in frames to what it points to. */
  add(vectors: BlockVectors, distanceOf: DistanceOf): void;
  /** Makes sums means. To be called before `means`, after which nothing is added until `clear`. */
  settle(): void;
  /**
   * Visits every pair of stretches, i along x and j along y, with the mean movement there in coded pixels a
   * frame, by area, and the share of the area that vectors cover, where that is not 0.
   */
  means(across: Spans, down: Spans, visit: MeanVisit): void;
  clear(): void;
}

/**
 * Side of a raster square in coded pixels. FFmpeg tells no smaller blocks of H.264 and MPEG-4 part 2, and all
 * that it tells lie on this raster.
 */
const SIDE = 8;
const SIDE_BITS = 3;

/**
 * The spans of a crop that begins at coded pixel `origin`; starts and ends count from there and may be
 * fractional, ends exclusive.
 */
export function spansOf(origin: number, stretches: readonly { start: number; end: number }[]): Spans {
  const edge = Math.floor(origin / SIDE) * SIDE;
  const froms = stretches.map(({ start }) => origin + start - edge);
  const tos = stretches.map(({ end }) => origin + end - edge);
  const first = Int32Array.from(froms, (from) => Math.floor(from / SIDE));
  const squares = Int32Array.from(tos, (to, n) => Math.ceil(to / SIDE) - first[n]!);
  const widest = Math.max(...squares);
  const lengths = new Float64Array(stretches.length * widest);
  stretches.forEach((_, n) => {
    for (let k = 0; k < squares[n]!; k++) {
      const square = (first[n]! + k) * SIDE;
      lengths[n * widest + k] = Math.min(tos[n]!, square + SIDE) - Math.max(froms[n]!, square);
    }
  });
  return { first, squares, lengths, widest };
}

/** Sums for the raster squares that a crop touches. */
export function blockSums(crop: Rectangle): BlockSums {
  const left = Math.floor(crop.x / SIDE);
  const top = Math.floor(crop.y / SIDE);
  const columns = Math.ceil((crop.x + crop.width) / SIDE) - left;
  const rows = Math.ceil((crop.y + crop.height) / SIDE) - top;
  const sumX = new Float32Array(columns * rows);
  const sumY = new Float32Array(columns * rows);
  /** Vectors in each square; a block with vectors to both sides counts twice. */
  const counts = new Uint32Array(columns * rows);

  return {
    add(vectors, distanceOf) {
      visitBlocks(vectors, (blockLeft, blockTop, width, height, x, y, forward) => {
        const firstColumn = Math.max(0, (blockLeft >> SIDE_BITS) - left);
        const endColumn = Math.min(columns, ((blockLeft + width + SIDE - 1) >> SIDE_BITS) - left);
        const firstRow = Math.max(0, (blockTop >> SIDE_BITS) - top);
        const endRow = Math.min(rows, ((blockTop + height + SIDE - 1) >> SIDE_BITS) - top);
        if (firstColumn >= endColumn || firstRow >= endRow) return;
        // From the past, content moved opposite to the offset; towards the future, along it. Still stays still.
        const still = x === 0 && y === 0;
        const share = still ? 0 : -1 / distanceOf(blockLeft, blockTop, width, height, x, y, forward);
        for (let row = firstRow; row < endRow; row++) {
          for (let at = row * columns + firstColumn; at < row * columns + endColumn; at++) {
            sumX[at]! += x * share;
            sumY[at]! += y * share;
            counts[at]! += 1;
          }
        }
      });
    },
    settle() {
      for (let at = 0; at < counts.length; at++) {
        const count = counts[at]!;
        if (count < 2) continue;
        sumX[at]! /= count;
        sumY[at]! /= count;
      }
    },
    means(across, down, visit) {
      const { first, squares, lengths, widest } = across;
      for (let j = 0; j < down.first.length; j++) {
        for (let i = 0; i < first.length; i++) {
          if (squares[i] === 1 && down.squares[j] === 1) {
            const at = down.first[j]! * columns + first[i]!;
            if (counts[at] !== 0) visit(i, j, sumX[at]!, sumY[at]!, 1);
            continue;
          }
          let x = 0;
          let y = 0;
          let covered = 0;
          let all = 0;
          for (let r = 0; r < down.squares[j]!; r++) {
            const height = down.lengths[j * down.widest + r]!;
            let at = (down.first[j]! + r) * columns + first[i]!;
            const end = at + squares[i]!;
            for (let length = i * widest; at < end; at++, length++) {
              const area = height * lengths[length]!;
              all += area;
              if (counts[at] === 0) continue;
              x += sumX[at]! * area;
              y += sumY[at]! * area;
              covered += area;
            }
          }
          if (covered > 0) visit(i, j, x / covered, y / covered, covered / all);
        }
      }
    },
    clear() {
      sumX.fill(0);
      sumY.fill(0);
      counts.fill(0);
    },
  };
}
