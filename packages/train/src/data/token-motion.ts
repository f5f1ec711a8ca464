import { motionCue, type TokenGrid, type TokenMotion } from '@tgm/masking';
import type { VideoClip } from '@tgm/video-io';

/** Motion for each token of a clip that was loaded with its motion vectors; all unknown where the codec has none. */
export function tokenMotion({ motion, indices, geometry }: VideoClip, grid: TokenGrid): TokenMotion {
  const { width, height } = geometry.size;
  const framesPerSlice = (indices.length / grid.slices) * sourceStep(indices);
  return motionCue(motion!, grid, { width, height, framesPerSlice });
}

/** Source frames from one frame of a clip to the next: the median step, without the repeats at the end of a short video. */
export function sourceStep(indices: ArrayLike<number>): number {
  const steps: number[] = [];
  for (let i = 1; i < indices.length; i++) {
    const step = Math.abs(indices[i]! - indices[i - 1]!);
    if (step > 0) steps.push(step);
  }
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? 1;
}
