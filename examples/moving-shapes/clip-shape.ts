import type { TokenGrid } from '@tgm/masking';
import { testRecipe } from '@tgm/video-io';
import { COVERAGE_CELLS, FRAME_COUNT, FRAME_SIZE } from './index.js';

/** The clip of a video, as the demo's model reads it: one token for each cell of the ground truth. */
export const SIZE = { width: FRAME_SIZE / 2, height: FRAME_SIZE / 2 };
export const STRIDE = 2;
export const FRAMES_A_SLICE = 2;
/** Numbers of the frames in the video. */
export const FRAMES: readonly number[] = Array.from(
  { length: FRAME_COUNT / STRIDE },
  (_, frame) => STRIDE * frame,
);
export const GRID: TokenGrid = {
  slices: FRAMES.length / FRAMES_A_SLICE,
  rows: COVERAGE_CELLS,
  columns: COVERAGE_CELLS,
};

/** Reads that clip of a video, in this size. */
export const clipRecipe = (size: { readonly width: number; readonly height: number } = SIZE) =>
  testRecipe({
    sampling: { kind: 'dense', stride: STRIDE },
    frameCount: FRAMES.length,
    size,
    clips: 1,
    crops: 1,
  });
