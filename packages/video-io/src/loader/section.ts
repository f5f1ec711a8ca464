import { objectWith, optional, optionTable, passing, text } from '@tgm/options';
import { VideoError } from '../errors.js';
import { frameAt } from '../frame-index/timeline.js';
import type { VideoSource, VideoTimeline } from '../video.js';
import type { FrameRange } from './recipe.js';

/** A part of a video in seconds on its clock. */
export interface Section {
  /** Default: from the first picture. */
  readonly start?: number;
  /** Exclusive. Default: to the last picture. */
  readonly end?: number;
}

/** Seconds on a video's clock. What lies before its pictures is a section without pictures, and no wrong option. */
const seconds = () =>
  passing('seconds', (value): value is number => typeof value === 'number' && !Number.isNaN(value));

const SECTION = optionTable(
  'framesOfSection',
  { start: optional(seconds()), end: optional(seconds()) } satisfies Record<keyof Section, unknown>,
  VideoError,
);

const ARGUMENTS = optionTable(
  'framesOfSection',
  {
    timeline: passing('a timeline (with times, a Float64Array of one frame or more, and end)', isTimeline),
    section: objectWith('a section', []),
    source: optional(text()),
  },
  VideoError,
);

function isTimeline(value: unknown): value is VideoTimeline {
  const { times, end } = (value ?? {}) as Partial<VideoTimeline>;
  return times instanceof Float64Array && times.length > 0 && Number.isFinite(end);
}

/**
 * The frames of a section, by their own times: those whose middle lies in it, half-way between the time at which they
 * appear and that of the next. At a constant rate that is from round(start * fps) to round(end * fps), exclusive. A section
 * shorter than a frame gives the frame on screen.
 *
 * @throws {VideoError} `OPTION_INVALID`; `FRAME_OUT_OF_RANGE` when no picture is on screen in the section.
 */
export function framesOfSection(timeline: VideoTimeline, section: Section, source?: VideoSource): FrameRange {
  ARGUMENTS.check({ timeline, section, source });
  const { start = Number.NEGATIVE_INFINITY, end = Number.POSITIVE_INFINITY } = SECTION.check(section);
  const { times, end: last } = timeline;
  const middle = (frame: number): number => (times[frame]! + (times[frame + 1] ?? last)) / 2;
  const first = firstFrom(times.length, (frame) => middle(frame) >= start);
  const past = firstFrom(times.length, (frame) => middle(frame) >= end);
  if (past > first) return { first, count: past - first };
  const shown =
    end > start ? frameAt({ times, end: last }, (Math.max(start, times[0]!) + Math.min(end, last)) / 2) : -1;
  if (shown >= 0 && start < last && end > times[0]!) return { first: shown, count: 1 };
  throw new VideoError('FRAME_OUT_OF_RANGE', {
    source,
    frameCount: times.length,
    expected: `a section with pictures, which are shown from ${times[0]} s to ${last} s`,
    received: `${start} s to ${end} s`,
  });
}

/** The first of `count` frames of which `holds` is true, `count` if there is none; once true it stays true. */
function firstFrom(count: number, holds: (frame: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const between = (low + high) >> 1;
    if (holds(between)) high = between;
    else low = between + 1;
  }
  return low;
}
