import { expect, it } from 'vitest';
import { type ClipScoresOptions, clipScores } from './clip-scores.js';

/** Maps of 2 x 4 cells over a picture of 80 x 40, of three frames: [frame * 100 + row * 10 + column]. */
const stored = {
  values: Float32Array.from({ length: 24 }, (_, at) => (at >> 3) * 100 + ((at >> 2) & 1) * 10 + (at & 3)),
  rows: 2,
  columns: 4,
  times: Float64Array.of(1, 2, 4),
  size: { width: 80, height: 40 },
  blank: {
    picture: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    square: Float32Array.of(1000, 2000, 3000, 4000),
    side: 2,
  },
};
const geometry = (x: number, y: number, width: number, height: number) => ({
  source: stored.size,
  crop: { x, y, width, height },
  size: { width: 16, height: 16 },
});
const whole = geometry(0, 0, 80, 40);

const scores = (
  clip: { readonly times: number[]; readonly geometry?: typeof whole; readonly flipped?: boolean },
  grid: { readonly slices: number; readonly rows: number; readonly columns: number },
  options: Partial<ClipScoresOptions> = {},
): number[] => [
  ...clipScores(
    stored,
    { geometry: whole, flipped: false, ...clip, times: Float64Array.from(clip.times) },
    { grid, scoredFrames: 'all', correctPlaces: false, ...options },
  ),
];

it('gives the maps themselves for the whole picture at a scored time', () => {
  expect(scores({ times: [2] }, { slices: 1, rows: 2, columns: 4 })).toEqual([
    100, 101, 102, 103, 110, 111, 112, 113,
  ]);
});

it('cuts the crop out', () => {
  const grid = { slices: 1, rows: 1, columns: 2 };
  // Columns 1 and 2 of the lower row.
  expect(scores({ times: [1], geometry: geometry(20, 20, 40, 20) }, grid)).toEqual([11, 12]);
  // Half a cell to the right: between columns 1 and 2, and 2 and 3.
  expect(scores({ times: [1], geometry: geometry(30, 20, 40, 20) }, grid)).toEqual([11.5, 12.5]);
  // Both rows: half-way between them.
  expect(scores({ times: [1], geometry: geometry(20, 0, 40, 40) }, grid)).toEqual([6, 7]);
});

it('mirrors a mirrored clip behind its crop', () => {
  const clip = { times: [1], geometry: geometry(20, 0, 40, 40) };
  const grid = { slices: 1, rows: 2, columns: 2 };
  expect(scores(clip, grid)).toEqual([1, 2, 11, 12]);
  expect(scores({ ...clip, flipped: true }, grid)).toEqual([2, 1, 12, 11]);
});

it('finds each frame between those that were scored, by time', () => {
  const grid = { slices: 1, rows: 1, columns: 1 };
  const at = (...times: number[]) => scores({ times, geometry: geometry(0, 0, 20, 20) }, grid)[0];
  expect(at(1.25)).toBe(25);
  expect(at(3)).toBe(150);
  expect(at(4)).toBe(200);
  expect(at(0.9999)).toBe(0);
  expect(at(4.0001)).toBe(200);
});

it('takes the mean over the frames of a tubelet, or the first', () => {
  const grid = { slices: 2, rows: 1, columns: 1 };
  const clip = { times: [1, 1.5, 2, 4], geometry: geometry(0, 0, 20, 20) };
  expect(scores(clip, grid)).toEqual([25, 150]);
  expect(scores(clip, grid, { scoredFrames: 'first' })).toEqual([0, 100]);
});

it('exchanges what places have in the whole picture for what they have in the clip', () => {
  const clip = { times: [1, 2], geometry: geometry(20, 0, 40, 40), flipped: true };
  // Means of 1 and 101, and so on, less the picture's 2, 3, 6 and 7, mirrored; then the square's as it is.
  expect(scores(clip, { slices: 1, rows: 2, columns: 2 }, { correctPlaces: true })).toEqual([
    52 - 3 + 1000,
    51 - 2 + 2000,
    62 - 7 + 3000,
    61 - 6 + 4000,
  ]);
});
