import type { TokenGrid, TokenMotion } from '../strategy.js';
import { tokensPerSlice } from '../token-grid.js';
import { nearestPresent, partsPresent } from './nearest-present.js';

/** The largest finite number of a Float32Array, so that sums of lengths stay numbers. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * [slices, rows, columns] length of each token's mean vector beside the camera's, in cells per slice; zero where nothing is
 * known. A slice without vectors, such as one that holds key frames only, has the lengths of the nearest slice that has some (the
 * earlier of two); a clip without any vector has zeros.
 *
 * @param cameras [slices, 2] from `cameraOfSlices`.
 */
export function motionMagnitudes(motion: TokenMotion, grid: TokenGrid, cameras: Float32Array): Float32Array {
  const { vectors, known } = motion;
  const perSlice = tokensPerSlice(grid);
  const present = partsPresent(known, grid.slices);
  const magnitudes = new Float32Array(grid.slices * perSlice);
  for (let slice = 0; slice < grid.slices; slice += 1) {
    const source = nearestPresent(present, slice);
    if (source === undefined) continue;
    const cameraX = cameras[source * 2]!;
    const cameraY = cameras[source * 2 + 1]!;
    let token = source * perSlice;
    for (let at = slice * perSlice; at < (slice + 1) * perSlice; at += 1, token += 1) {
      const x = vectors[token * 2]! - cameraX;
      const y = vectors[token * 2 + 1]! - cameraY;
      const isKnown = -known[token]! >>> 31; // 0 or 1, without a branch that would go by chance
      const length = Math.sqrt(x * x + y * y);
      magnitudes[at] = (length < LARGEST ? length : LARGEST) * isKnown;
    }
  }
  return magnitudes;
}
