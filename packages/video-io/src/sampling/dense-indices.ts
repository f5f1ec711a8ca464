import { optional, optionTable } from '@tgm/options';
import type { Random } from '@tgm/random';
import { VideoError } from '../errors.js';
import { count, random } from '../option-fields.js';
import { requirePositive } from './positive.js';

export interface DenseSampling {
  /** Frames that the video has, at least 1. */
  readonly frameCount: number;
  /** Frames to take, T. */
  readonly count: number;
  /** Source frames from one taken frame to the next. 4 for Kinetics-400, 2 for Something-Something (VideoMAE). */
  readonly stride: number;
  /** Draws the start. Left out: the clip is centred. */
  readonly random?: Random;
}

const WINDOW = { frameCount: count(), count: count(), stride: count() };
const OPTIONS = optionTable(
  'denseIndices',
  { ...WINDOW, random: optional(random()) } satisfies Record<keyof DenseSampling, unknown>,
  VideoError,
);
const VIEW_OPTIONS = optionTable('denseViews', WINDOW, VideoError);

/**
 * [count] indices of a clip of neighbouring frames: start, start + stride, ... The clip spans
 * (count - 1) * stride + 1 source frames. A shorter video starts at 0 and repeats the last frame that the
 * stride reaches, as VideoMAE's loader does. One draw.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function denseIndices(sampling: DenseSampling): number[] {
  const { frameCount, count, stride, random } = OPTIONS.check(sampling);
  const last = lastStart({ frameCount, count, stride });
  return clipFrom(random ? Math.floor(random() * (last + 1)) : Math.floor(last / 2), {
    frameCount,
    count,
    stride,
  });
}

/**
 * [clips][count] indices of several dense clips, the first at the video's start, the last at its end, the others evenly
 * between (SlowFast's and VideoMAE's test views); a single one is centred. Clips of a short video are the same.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function denseViews(sampling: Omit<DenseSampling, 'random'>, clips: number): number[][] {
  const window = VIEW_OPTIONS.check(sampling);
  requirePositive('denseViews', { clips });
  if (clips === 1) return [denseIndices(window)];
  const last = lastStart(window);
  return Array.from({ length: clips }, (_, clip) =>
    clipFrom(Math.floor((last * clip) / (clips - 1)), window),
  );
}

export type Window = Pick<DenseSampling, 'frameCount' | 'count' | 'stride'>;

/** The last frame at which a clip can begin. */
export function lastStart({ frameCount, count, stride }: Window): number {
  return Math.max(0, frameCount - 1 - (count - 1) * stride);
}

/** [count] indices of the clip that begins at `start`. */
export function clipFrom(start: number, { frameCount, count, stride }: Window): number[] {
  const last = start + Math.floor((frameCount - 1 - start) / stride) * stride;
  return Array.from({ length: count }, (_, i) => Math.min(start + i * stride, last));
}
