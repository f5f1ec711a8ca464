import { oneOf, optional } from '@tgm/options';
import type { TokenGrid, TokenMotion } from '../strategy.js';
import { tokensPerSlice } from '../token-grid.js';
import { medianFinder } from './median.js';

/** `subtract` takes the camera's motion out of each token's, `keep` leaves the vectors as they are. */
export type CameraMotion = 'keep' | 'subtract';

/** The option `camera`. */
export const cameraField = optional(oneOf(['keep', 'subtract']), 'subtract');

/**
 * [slices, 2] how the camera moves in each slice: the median of the known vectors, x and y apart, as OneVision-Encoder (2026)
 * takes it from each frame. It is the camera's motion where more than half of the picture stands still in the world; an object
 * that fills most of the picture is taken for the camera. With `keep`, zeros.
 */
export function cameraOfSlices(motion: TokenMotion, grid: TokenGrid, camera: CameraMotion): Float32Array {
  const cameras = new Float32Array(grid.slices * 2);
  if (camera === 'keep') return cameras;
  const perSlice = tokensPerSlice(grid);
  const cameraOf = cameraFinder(perSlice);
  for (let slice = 0; slice < grid.slices; slice += 1) {
    const { x, y } = cameraOf(motion, slice * perSlice, (slice + 1) * perSlice);
    cameras[slice * 2] = x;
    cameras[slice * 2 + 1] = y;
  }
  return cameras;
}

/** Motion along x and y; zeros where nothing is known. */
interface Camera {
  readonly x: number;
  readonly y: number;
}

/**
 * A function that finds the camera's motion in the vectors from `start` to before `end`, `size` at most. It has memory of its
 * own: make one for each clip.
 */
export function cameraFinder(size: number): (motion: TokenMotion, start: number, end: number) => Camera {
  const along = new Float32Array(size + 1);
  const down = new Float32Array(size + 1);
  const median = medianFinder(size);
  return ({ vectors, known }, start, end) => {
    let count = 0;
    for (let token = start; token < end; token += 1) {
      along[count] = vectors[token * 2]!;
      down[count] = vectors[token * 2 + 1]!;
      count += -known[token]! >>> 31; // 1 for any flag but 0, without a branch that would go by chance
    }
    return count === 0 ? { x: 0, y: 0 } : { x: median(along, count), y: median(down, count) };
  };
}
