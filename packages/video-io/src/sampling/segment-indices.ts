import { optional, optionTable } from '@tgm/options';
import type { Random } from '@tgm/random';
import { VideoError } from '../errors.js';
import { count, random } from '../option-fields.js';
import { requirePositive } from './positive.js';

export interface SegmentSampling {
  /** Frames that the video has, at least 1. */
  readonly frameCount: number;
  /** Frames to take, T: one from each of as many equal segments. */
  readonly count: number;
  /** Draws the frame of each segment. Left out: the middle one. */
  readonly random?: Random;
}

const OPTIONS = optionTable(
  'segmentIndices',
  { frameCount: count(), count: count(), random: optional(random()) } satisfies Record<
    keyof SegmentSampling,
    unknown
  >,
  VideoError,
);
const VIEW_OPTIONS = optionTable('segmentViews', { frameCount: count(), count: count() }, VideoError);

/**
 * [count] indices spread over the whole video, one from each of `count` equal segments (TSN, Wang et al. 2016): drawn in
 * training, the middle in test. A video with fewer frames than `count` repeats some. `count` draws.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function segmentIndices(sampling: SegmentSampling): number[] {
  const { frameCount, count, random } = OPTIONS.check(sampling);
  return Array.from({ length: count }, (_, i) => frameAt(i + (random ? random() : 0.5), frameCount, count));
}

/**
 * [clips][count] indices of several such clips without chance: clip k of n takes the frames at (k + 1/2) / n of their
 * segments, so that together they cover the video evenly.
 *
 * @throws {VideoError} `OPTION_INVALID`
 */
export function segmentViews(sampling: Omit<SegmentSampling, 'random'>, clips: number): number[][] {
  const { frameCount, count } = VIEW_OPTIONS.check(sampling);
  requirePositive('segmentViews', { clips });
  return Array.from({ length: clips }, (_, clip) =>
    Array.from({ length: count }, (_, i) => frameAt(i + (clip + 0.5) / clips, frameCount, count)),
  );
}

/** The frame at a place counted in segments. */
function frameAt(place: number, frameCount: number, count: number): number {
  return Math.min(Math.floor((place * frameCount) / count), frameCount - 1);
}
