import { resampleBilinear, type TokenGrid, type TokenScores } from '@tgm/masking';
import type { LoadedClip } from '@tgm/video-io';
import type { StoredScores } from './open-scores.js';

export interface ClipScoresOptions {
  readonly grid: TokenGrid;
  /** Frames of a tubelet that count: the mean over `all`, or the `first` alone. */
  readonly scoredFrames: 'all' | 'first';
  /** Whether what the encoder says of places in the whole picture is exchanged for what it says of those in the clip. */
  readonly correctPlaces: boolean;
}

/**
 * Scores of whole frames as those of a clip's tokens: its times, its part of the picture, its mirror. A frame between two scored ones
 * has their mean, weighted by time.
 *
 * @param clip with a multiple of the grid's slices in frames.
 */
export function clipScores(
  { values, rows, columns, times, blank }: StoredScores,
  { times: clipTimes, geometry, flipped }: Pick<LoadedClip, 'times' | 'geometry' | 'flipped'>,
  { grid, scoredFrames, correctPlaces }: ClipScoresOptions,
): TokenScores {
  const { source, crop } = geometry;
  const region = {
    x: crop.x / source.width,
    y: crop.y / source.height,
    width: crop.width / source.width,
    height: crop.height / source.height,
  };
  const cells = rows * columns;
  const perSlice = clipTimes.length / grid.slices;
  const counted = scoredFrames === 'first' ? 1 : perSlice;
  const perToken = grid.rows * grid.columns;
  const scores = new Float32Array(grid.slices * perToken);
  const { picture, square, side } = blank;
  const places = resampleBilinear({ values: square, rows: side, columns: side }, grid.rows, grid.columns);
  for (let slice = 0; slice < grid.slices; slice++) {
    const map = correctPlaces ? picture.map((score) => -score) : new Float32Array(cells);
    for (let frame = slice * perSlice; frame < slice * perSlice + counted; frame++) {
      for (const { at, weight } of scoredAround(times, clipTimes[frame]!))
        for (let cell = 0; cell < cells; cell++)
          map[cell]! += (weight / counted) * values[at * cells + cell]!;
    }
    const tokens = resampleBilinear({ values: map, rows, columns }, grid.rows, grid.columns, region);
    if (flipped)
      for (let row = 0; row < perToken; row += grid.columns)
        tokens.subarray(row, row + grid.columns).reverse();
    if (correctPlaces) for (const [token, score] of places.entries()) tokens[token]! += score;
    scores.set(tokens, slice * perToken);
  }
  return scores;
}

interface Weighted {
  /** Number of a scored frame. */
  readonly at: number;
  readonly weight: number;
}

/** The scored frames around a time, and what they weigh: the nearer, the more. */
function scoredAround(times: Float64Array, time: number): readonly Weighted[] {
  let next = 0;
  while (next < times.length && times[next]! <= time) next++;
  if (next === 0) return [{ at: 0, weight: 1 }];
  if (next === times.length) return [{ at: next - 1, weight: 1 }];
  const share = (time - times[next - 1]!) / (times[next]! - times[next - 1]!);
  return [
    { at: next - 1, weight: 1 - share },
    { at: next, weight: share },
  ];
}
