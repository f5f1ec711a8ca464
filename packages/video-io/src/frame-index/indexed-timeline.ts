import { frameLength, type OpenVideo } from '../container/open-video.js';
import type { FrameIndex } from './frame-index.js';
import { sharedTimes, type Timeline } from './timeline.js';

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
