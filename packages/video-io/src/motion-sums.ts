import type { BlockVectors } from './motion-vectors.js';
import type { Rectangle } from './video.js';

/** How many frames lie between a frame and what its vectors point to. */
export interface ReferenceDistances {
  readonly backward: number;
  readonly forward: number;
}

/** A stretch of the crop along one axis, as the raster squares that it overlaps. */
export interface Span {
  readonly first: number;
  /** Coded pixels in each square from the first on, and in all. */
  readonly lengths: readonly number[];
  readonly length: number;
}

/** Sums of vectors on a fine raster of coded pixels. */
export interface BlockSums {
  add(vectors: BlockVectors, distances: ReferenceDistances): void;
  /** Makes sums means. To be called before `mean`, after which nothing is added until `clear`. */
  settle(): void;
  /**
   * Mean movement in coded pixels a frame over a part of the crop, by area, and the share of it that vectors
   * cover. The result is written over by the next call.
   */
  mean(across: Span, down: Span): { readonly x: number; readonly y: number; readonly covered: number };
  clear(): void;
}

/**
 * Side of a raster square in coded pixels. FFmpeg tells no smaller blocks of H.264 and MPEG-4 part 2, and all
 * that it tells lie on this raster.
 */
const SIDE = 8;

/**
 * The span of a crop that begins at coded pixel `origin`; `start` and `end` count from there and may be
 * fractional, end exclusive.
 */
export function spanOf(origin: number, start: number, end: number): Span {
  const edge = Math.floor(origin / SIDE) * SIDE;
  const from = origin + start - edge;
  const to = origin + end - edge;
  const first = Math.floor(from / SIDE);
  const lengths = Array.from(
    { length: Math.ceil(to / SIDE) - first },
    (_, i) => Math.min(to, (first + i + 1) * SIDE) - Math.max(from, (first + i) * SIDE),
  );
  return { first, lengths, length: to - from };
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
  const result = { x: 0, y: 0, covered: 0 };

  return {
    add({ count, blocks, offsets, forward }, distances) {
      for (let i = 0; i < count; i++) {
        // From the past, content moved opposite to the offset; towards the future, along it.
        const share = forward[i] === 1 ? 1 / distances.forward : -1 / distances.backward;
        const x = offsets[i * 2]! * share;
        const y = offsets[i * 2 + 1]! * share;
        const column = blocks[i * 4]! / SIDE - left;
        const row = blocks[i * 4 + 1]! / SIDE - top;
        const lastColumn = Math.min(columns, Math.ceil(column + blocks[i * 4 + 2]! / SIDE));
        const lastRow = Math.min(rows, Math.ceil(row + blocks[i * 4 + 3]! / SIDE));
        const firstColumn = Math.max(0, Math.floor(column));
        for (let r = Math.max(0, Math.floor(row)); r < lastRow; r++) {
          for (let at = r * columns + firstColumn; at < r * columns + lastColumn; at++) {
            sumX[at]! += x;
            sumY[at]! += y;
            counts[at]! += 1;
          }
        }
      }
    },
    settle() {
      for (let at = 0; at < counts.length; at++) {
        const count = counts[at]!;
        if (count < 2) continue;
        sumX[at]! /= count;
        sumY[at]! /= count;
        counts[at] = 1;
      }
    },
    mean(across, down) {
      let x = 0;
      let y = 0;
      let covered = 0;
      for (let j = 0; j < down.lengths.length; j++) {
        const row = (down.first + j) * columns + across.first;
        for (let i = 0; i < across.lengths.length; i++) {
          if (counts[row + i] === 0) continue;
          const area = down.lengths[j]! * across.lengths[i]!;
          x += sumX[row + i]! * area;
          y += sumY[row + i]! * area;
          covered += area;
        }
      }
      result.x = covered === 0 ? 0 : x / covered;
      result.y = covered === 0 ? 0 : y / covered;
      result.covered = covered / (across.length * down.length);
      return result;
    },
    clear() {
      sumX.fill(0);
      sumY.fill(0);
      counts.fill(0);
    },
  };
}
