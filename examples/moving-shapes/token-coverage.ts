import { COVERAGE_CELLS } from './world.js';

/**
 * What `renderScene` reports of cells, for the tokens of a video model with one token a cell: the mean over a token's frames.
 *
 * @param cells [T, COVERAGE_CELLS, COVERAGE_CELLS]
 * @returns [T / framesPerSlice, COVERAGE_CELLS, COVERAGE_CELLS]
 */
export function tokenCoverage(cells: Float32Array, framesPerSlice: number): Float32Array {
  const perFrame = COVERAGE_CELLS * COVERAGE_CELLS;
  const tokens = new Float32Array(cells.length / framesPerSlice);
  cells.forEach((share, at) => {
    const slice = Math.floor(at / perFrame / framesPerSlice);
    tokens[slice * perFrame + (at % perFrame)]! += share / framesPerSlice;
  });
  return tokens;
}
