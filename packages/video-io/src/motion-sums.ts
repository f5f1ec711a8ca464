import type { BlockVectors } from './motion-vectors.js';
import type { Rectangle } from './video.js';

/** How many frames lie between a frame and what its vectors point to. */
export interface ReferenceDistances {
  readonly backward: number;
  readonly forward: number;
}

/** A stretch of coded pixels along one axis, from the crop's edge on; fractional, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Sums of vectors on a fine raster of coded pixels. */
export interface BlockSums {
  add(vectors: BlockVectors, distances: ReferenceDistances): void;
  /**
   * Mean movement in coded pixels a frame over a part of the crop, by area, and the share of it that vectors
   * cover. The result is written over by the next call.
   */
  mean(x: Span, y: Span): { readonly x: number; readonly y: number; readonly covered: number };
  clear(): void;
}

/** Side of a raster square in coded pixels: the smallest block of H.264. All blocks lie on this raster. */
const SIDE = 4;

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
    mean(spanX, spanY) {
      const x0 = crop.x + spanX.start - left * SIDE;
      const x1 = crop.x + spanX.end - left * SIDE;
      const y0 = crop.y + spanY.start - top * SIDE;
      const y1 = crop.y + spanY.end - top * SIDE;
      let x = 0;
      let y = 0;
      let covered = 0;
      const lastRow = Math.min(rows, Math.ceil(y1 / SIDE));
      const lastColumn = Math.min(columns, Math.ceil(x1 / SIDE));
      for (let row = Math.floor(y0 / SIDE); row < lastRow; row++) {
        const high = Math.min(y1, (row + 1) * SIDE) - Math.max(y0, row * SIDE);
        for (let column = Math.floor(x0 / SIDE); column < lastColumn; column++) {
          const at = row * columns + column;
          const count = counts[at]!;
          if (count === 0) continue;
          const area = high * (Math.min(x1, (column + 1) * SIDE) - Math.max(x0, column * SIDE));
          x += (sumX[at]! / count) * area;
          y += (sumY[at]! / count) * area;
          covered += area;
        }
      }
      result.x = covered === 0 ? 0 : x / covered;
      result.y = covered === 0 ? 0 : y / covered;
      result.covered = covered / ((x1 - x0) * (y1 - y0));
      return result;
    },
    clear() {
      sumX.fill(0);
      sumY.fill(0);
      counts.fill(0);
    },
  };
}
