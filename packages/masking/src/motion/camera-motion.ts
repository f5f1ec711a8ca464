import { oneOf, optional } from '@tgm/options';
import type { TokenGrid, TokenMotion } from '../strategy.js';
import { tokensPerSlice } from '../token-grid.js';
import { medianFinder } from './median.js';

/** `subtract` takes the camera's motion out of each token's, `keep` leaves the vectors as they are. */
export type CameraMotion = 'keep' | 'subtract';

/** The option `camera`. */
export const cameraField = optional(oneOf(['keep', 'subtract']), 'subtract');

/**
 * Motion beside that of the camera: each slice's known vectors less their median, x and y apart, as OneVision-Encoder (2026)
 * does frame by frame. The median is the camera's motion where more than half of the picture stands still in the world; an
 * object that fills most of the picture is taken for the camera. Unknown tokens stay zero.
 */
export function besideCamera(motion: TokenMotion, grid: TokenGrid): TokenMotion {
  const perSlice = tokensPerSlice(grid);
  const vectors = new Float32Array(motion.vectors.length);
  const cameraOf = cameraFinder(perSlice);
  for (let start = 0; start < motion.known.length; start += perSlice) {
    const { tokens, x, y } = cameraOf(motion, start, start + perSlice);
    for (let index = 0; index < tokens.length; index += 1) {
      const at = tokens[index]! * 2;
      vectors[at] = motion.vectors[at]! - x;
      vectors[at + 1] = motion.vectors[at + 1]! - y;
    }
  }
  return { vectors, known: motion.known };
}

/** The known vectors of a part of a raster, and the median of them. */
interface Camera {
  /** Their places, ascending; good until the next call. */
  readonly tokens: Uint32Array;
  /** Zero where nothing is known. */
  readonly x: number;
  readonly y: number;
}

/**
 * A function that finds the camera's motion in the vectors from `start` to before `end`, `size` at most. It has memory of its
 * own: make one for each clip.
 */
export function cameraFinder(size: number): (motion: TokenMotion, start: number, end: number) => Camera {
  const places = new Uint32Array(size + 1);
  const values = new Float32Array(size);
  const median = medianFinder(size);
  return ({ vectors, known }, start, end) => {
    let count = 0;
    for (let token = start; token < end; token += 1) {
      places[count] = token;
      count += -known[token]! >>> 31; // 1 for any flag but 0, without a branch that would go by chance
    }
    const tokens = places.subarray(0, count);
    const along = (axis: number): number => {
      for (let index = 0; index < count; index += 1) values[index] = vectors[tokens[index]! * 2 + axis]!;
      return count === 0 ? 0 : median(values, count);
    };
    return { tokens, x: along(0), y: along(1) };
  };
}
