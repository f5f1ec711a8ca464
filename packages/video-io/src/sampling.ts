import { VideoError } from './errors.js';

export interface DenseSampling {
  /** Frames that the video has, at least 1. */
  readonly frames: number;
  /** Frames to take, T. */
  readonly count: number;
  /** Source frames from one taken frame to the next. 4 for Kinetics-400, 2 for Something-Something (VideoMAE). */
  readonly stride: number;
  /** Draws the start, uniform in [0, 1). Left out: the clip is centred. */
  readonly random?: () => number;
}

/**
 * [count] indices of a clip of neighbouring frames: start, start + stride, ... The clip spans
 * (count - 1) * stride + 1 source frames. A shorter video starts at 0 and repeats the last frame that the
 * stride reaches, as VideoMAE's loader does.
 *
 * @throws {VideoError} `ARGUMENT_INVALID`
 */
export function denseIndices({ frames, count, stride, random }: DenseSampling): number[] {
  requirePositive({ frames, count, stride });
  const starts = Math.max(1, frames - (count - 1) * stride);
  const start = random ? Math.floor(random() * starts) : Math.floor((starts - 1) / 2);
  const last = start + Math.floor((frames - 1 - start) / stride) * stride;
  return Array.from({ length: count }, (_, i) => Math.min(start + i * stride, last));
}

export interface UniformSampling {
  /** Frames that the video has, at least 1. */
  readonly frames: number;
  /** Frames to take, T. */
  readonly count: number;
}

/**
 * [count] indices spread over the whole video: the middle frame of each of `count` equal segments (TSN,
 * Wang et al. 2016). A video with fewer frames than `count` repeats some.
 *
 * @throws {VideoError} `ARGUMENT_INVALID`
 */
export function uniformIndices({ frames, count }: UniformSampling): number[] {
  requirePositive({ frames, count });
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * frames) / count));
}

function requirePositive(values: Record<string, number>): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isInteger(value) && value >= 1) continue;
    throw new VideoError('ARGUMENT_INVALID', `Expected ${name} to be an integer of 1 or more, got ${value}.`);
  }
}
