import type { GridClip } from '../clip-report.js';

/** The first frame of each slice: [T, H, W, 3] to S times [H, W, 3], in the memory of the clip. */
export function firstFrames({ frames, height, width, grid: { slices } }: GridClip): Uint8Array[] {
  const size = height * width * 3;
  const depth = frames.length / size / slices;
  return Array.from({ length: slices }, (_, slice) =>
    frames.subarray(slice * depth * size, (slice * depth + 1) * size),
  );
}
