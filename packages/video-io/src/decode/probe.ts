import { flag, optional, optionTable } from '@tgm/options';
import { AV_NOPTS_VALUE } from '../container/ffmpeg-constants.js';
import { joinLimits, someLimits, type VideoLimits } from '../container/limits.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import { type OpenVideo, withVideo } from '../container/open-video.js';
import { describeOrientation } from '../container/orientation.js';
import { VideoError } from '../errors.js';
import type { KnownVideo } from '../frame-index/cache.js';
import type { Timeline } from '../frame-index/timeline.js';
import { MOTION_CODECS } from '../motion/codec-vectors.js';
import type { VideoInfo, VideoInput, VideoTimeline } from '../video.js';
import { displayedSize } from './crop.js';
import { findAllFrames, learntOf } from './read-timeline.js';

export interface TimelineOptions {
  readonly limits?: Partial<VideoLimits>;
}

export interface ProbeOptions extends TimelineOptions {
  /** Read the whole file for the true count, start and duration, as `readTimeline` does. Default false. */
  readonly countFrames?: boolean;
}

const TIMELINE_OPTIONS = optionTable(
  'readTimeline',
  { limits: optional(someLimits()) } satisfies Record<keyof TimelineOptions, unknown>,
  VideoError,
);

const PROBE_OPTIONS = optionTable(
  'probeVideo',
  { countFrames: optional(flag(), false), limits: optional(someLimits()) } satisfies Record<
    keyof ProbeOptions,
    unknown
  >,
  VideoError,
);

/**
 * Reads a video's headers. Sizes are those of the header; `decodeClip` takes the same part of frames of another size.
 *
 * @throws {VideoError} `VIDEO_NOT_FOUND`, `VIDEO_UNREADABLE`, `VIDEO_NO_STREAM`, `VIDEO_TOO_LARGE`, and with
 * `countFrames` also `VIDEO_DECODE_FAILED`; `SYSTEM_FAILED` where the system is the reason.
 */
export async function probeVideo(source: VideoInput, options: ProbeOptions = {}): Promise<VideoInfo> {
  return probeVideoSync(source, options).info;
}

/**
 * Finds out how many frames a video has and when each is shown. All packets are read, some microseconds each; where they do
 * not tell (MPEG-4 part 2, MPEG-1 and -2, H.264 in .ts and .avi, rare codecs) every frame is decoded once.
 *
 * @throws {VideoError} `VIDEO_NOT_FOUND`, `VIDEO_UNREADABLE`, `VIDEO_NO_STREAM`, `VIDEO_TOO_LARGE`, `VIDEO_DECODE_FAILED`.
 */
export async function readTimeline(
  source: VideoInput,
  options: TimelineOptions = {},
): Promise<VideoTimeline> {
  return readTimelineSync(source, options).timeline;
}

/** `probeVideo` for a thread of its own. `known` and `learnt` are as those of `decodeClipSync`. */
export function probeVideoSync(
  source: VideoInput,
  options: ProbeOptions,
  known?: KnownVideo,
): { info: VideoInfo; learnt?: KnownVideo } {
  const { countFrames, limits: given } = PROBE_OPTIONS.check(options);
  if (countFrames) {
    const { timeline, learnt } = readTimelineSync(source, { limits: given ?? {} }, known);
    return { info: timeline.info, ...(learnt && { learnt }) };
  }
  const limits = joinLimits(given);
  return { info: withVideo(source, limits, (video) => ({ ...describe(video), ...headerClock(video) })) };
}

/** `readTimeline` for a thread of its own. */
export function readTimelineSync(
  source: VideoInput,
  options: TimelineOptions,
  known?: KnownVideo,
): { timeline: VideoTimeline; learnt?: KnownVideo } {
  const limits = joinLimits(TIMELINE_OPTIONS.check(options).limits);
  return findAllFrames(source, limits, known, (video, found) => {
    const { times, end } = found.timeline;
    const info = { ...describe(video), ...trueClock(video, found.timeline) };
    const learnt = learntOf(video, found);
    return { timeline: { info, times: Float64Array.from(times), end }, ...(learnt && { learnt }) };
  });
}

type Clock = Pick<VideoInfo, 'frameCount' | 'framesExact' | 'start' | 'duration' | 'fps'>;

function trueClock(video: OpenVideo, { times, end }: Timeline): Clock {
  const [start, frameCount] = [times[0]!, times.length];
  const duration = end - start;
  const told = headerRate(video);
  // Stamps are often rounded to milliseconds: the header's rate is more exact, if it fits them.
  const fits = told > 0 && Math.abs(times[frameCount - 1]! - start - (frameCount - 1) / told) < 1 / told;
  return { frameCount, framesExact: true, start, duration, fps: fits ? told : frameCount / duration };
}

function headerClock(video: OpenVideo): Clock {
  const { stream, header, seconds, time } = video;
  const duration = stream.duration > 0n ? seconds(Number(stream.duration)) : header.duration;
  const fps = headerRate(video);
  return {
    frameCount: stream.nbFrames > 0n ? Number(stream.nbFrames) : Math.round(duration * fps),
    framesExact: false,
    start: stream.startTime === AV_NOPTS_VALUE ? 0 : time(Number(stream.startTime)),
    duration,
    fps,
  };
}

function headerRate({ stream }: OpenVideo): number {
  const { num, den } = stream.avgFrameRate.num > 0 ? stream.avgFrameRate : stream.rFrameRate;
  return num > 0 && den > 0 ? num / den : 0;
}

function describe({ stream, header }: OpenVideo): Omit<VideoInfo, keyof Clock> {
  const { codecpar } = stream;
  return {
    ...displayedSize(header),
    codec: ffmpeg().avGetCodecName(codecpar.codecId) ?? 'unknown',
    ...describeOrientation(header.orientation),
    hasMotionVectors: MOTION_CODECS.includes(codecpar.codecId),
  };
}
