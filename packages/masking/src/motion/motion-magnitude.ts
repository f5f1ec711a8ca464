import type { TokenGrid, TokenMotion } from '../strategy.js';
import { tokensPerSlice } from '../token-grid.js';
import { nearestPresent, partsPresent } from './nearest-present.js';

/**
 * [slices, rows, columns] length of each token's mean vector, in cells per slice. A slice without vectors, such as one
 * that holds key frames only, has the lengths of the nearest slice that has some (the earlier of two); a clip without
 * any vector has zeros.
 */
export function motionMagnitudes(motion: TokenMotion, grid: TokenGrid): Float32Array {
  const perSlice = tokensPerSlice(grid);
  const present = partsPresent(motion.known, grid.slices);
  const magnitudes = new Float32Array(grid.slices * perSlice);
  for (let slice = 0; slice < grid.slices; slice += 1) {
    const source = nearestPresent(present, slice);
    if (source === undefined) continue;
    for (let cell = 0; cell < perSlice; cell += 1) {
      const at = (source * perSlice + cell) * 2;
      const x = motion.vectors[at]!;
      const y = motion.vectors[at + 1]!;
      magnitudes[slice * perSlice + cell] = Math.sqrt(x * x + y * y);
    }
  }
  return magnitudes;
}
