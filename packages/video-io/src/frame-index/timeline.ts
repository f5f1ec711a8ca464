import { frameLength, type OpenVideo } from '../container/open-video.js';
import type { FrameIndex } from './frame-index.js';

/** How many frames a video has, and when each is on screen. Lies in shared memory, for all threads. */
export interface Timeline {
  /** [frames] seconds on the video's clock, strictly rising. */
  readonly times: Float64Array;
  /** Seconds at which the last frame leaves the screen. */
  readonly end: number;
}

/** The timeline of an indexed video. */
export function indexedTimeline(video: OpenVideo, { pts, packetOf, lastDuration }: FrameIndex): Timeline {
  const times = sharedTimes(packetOf.length);
  for (let frame = 0; frame < times.length; frame++) times[frame] = video.time(pts[packetOf[frame]!]!);
  const last = pts[packetOf[times.length - 1]!]!;
  const end = lastDuration > 0 ? video.time(last + lastDuration) : endOf(video, times, 0);
  return { times, end };
}

/** When the last of some frames leaves the screen. @param duration its ticks, 0 where they are not known. */
export function endOf(video: OpenVideo, times: ArrayLike<number>, duration: number): number {
  const last = times[times.length - 1]!;
  const before = times[times.length - 2];
  return last + frameLength(video, duration, before === undefined ? undefined : last - before);
}

/** [frames] in memory that threads share. */
export function sharedTimes(frames: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(frames * Float64Array.BYTES_PER_ELEMENT));
}

/** The frame on screen at a time: the last that began by then; -1 before the first. */
export function frameAt({ times }: Timeline, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
