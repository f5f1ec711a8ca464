import { oneOf } from '@tgm/options';
import { MaskingError } from './errors.js';
import { resampleBilinear } from './resample-bilinear.js';
import type { TokenGrid } from './strategy.js';
import { checkGrid, tokenCount, tokensPerSlice } from './token-grid.js';

/** How the maps of a tubelet's frames become one: `mean`, the `first` frame's alone, or the `max` of each cell. */
export type TubeletReduction = 'mean' | 'first' | 'max';

/** A `TubeletReduction` as an option. */
export const tubeletField = oneOf<TubeletReduction>(['mean', 'first', 'max']);

/** Numbers of each cell of each frame. */
export interface FrameMaps {
  /** [T, rows, columns] */
  readonly values: Float32Array;
  readonly frameCount: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * [slices, rows, columns] of the grid: maps of frames, reduced over the frames of each tubelet, then brought to the token grid by
 * bilinear interpolation. T frames are shared out evenly among the slices.
 *
 * @throws MaskingError `GRID_INVALID`, also when T is no multiple of the slices.
 */
export function mapsToTokens(
  maps: FrameMaps,
  grid: TokenGrid,
  tubelet: TubeletReduction,
  where: string,
): Float32Array {
  const { rows, columns } = maps;
  const framesPerSlice = framesInSlice(maps.frameCount, grid, where);
  const cells = rows * columns;
  const scores = new Float32Array(tokenCount(grid));
  for (let slice = 0; slice < grid.slices; slice += 1) {
    const frames = maps.values.subarray(slice * framesPerSlice * cells, (slice + 1) * framesPerSlice * cells);
    const map = { values: reduceFrames(frames, cells, tubelet), rows, columns };
    scores.set(resampleBilinear(map, grid.rows, grid.columns), slice * tokensPerSlice(grid));
  }
  return scores;
}

/** @throws MaskingError `GRID_INVALID`, also when the frames are no multiple of the slices. */
export function framesInSlice(frameCount: number, grid: TokenGrid, where: string): number {
  checkGrid(grid, where);
  const framesPerSlice = frameCount / grid.slices;
  if (Number.isInteger(framesPerSlice) && framesPerSlice > 0) return framesPerSlice;
  throw new MaskingError('GRID_INVALID', {
    expected: `a multiple of ${grid.slices} slices`,
    received: `${frameCount} frames of patches`,
    where,
  });
}

function reduceFrames(maps: Float32Array, cells: number, tubelet: TubeletReduction): Float32Array {
  if (tubelet === 'first') return maps.subarray(0, cells);
  const reduced = maps.slice(0, cells);
  for (let index = cells; index < maps.length; index += 1) {
    const cell = index % cells;
    reduced[cell] =
      tubelet === 'max' ? Math.max(reduced[cell]!, maps[index]!) : reduced[cell]! + maps[index]!;
  }
  return tubelet === 'max' ? reduced : reduced.map((sum) => (sum * cells) / maps.length);
}
