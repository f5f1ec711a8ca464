import { frameLength, type OpenVideo } from '../container/open-video.js';
import type { FrameIndex } from '../frame-index/frame-index.js';
import type { VideoClip } from '../video.js';
import { type ClipBuilder, createClipBuilder } from './clip-builder.js';
import { frameOutOfRange } from './frame-out-of-range.js';
import type { DecodePlan } from './options.js';
import { readSought } from './read-seeking.js';
import { arrangeClip } from './reorder-clip.js';

/** Decodes the chosen frames, and what they need, by seeking. Throws `VIDEO_DECODE_FAILED` when in doubt. */
export function decodeByIndex(video: OpenVideo, index: FrameIndex, plan: DecodePlan): VideoClip {
  const frames = chosenFrames(video, index, plan);
  const chosen = [...new Set(frames)].sort((a, b) => a - b);
  let builder: ClipBuilder | undefined;
  for (const decoded of readSought(video, index, chosen, plan)) {
    builder ??= createClipBuilder(video, plan, chosen.length, decoded.frame);
    if (decoded.index === chosen[builder.picked]) builder.pick(decoded);
    else builder.pass(decoded);
  }
  const places = new Map(chosen.map((frame, place) => [frame, place]));
  return arrangeClip(
    builder!.finish(),
    frames.map((frame) => places.get(frame)!),
  );
}

/** [T] the frame that each target means. */
function chosenFrames(
  video: OpenVideo,
  { pts, packetOf, lastDuration }: FrameIndex,
  plan: DecodePlan,
): number[] {
  const count = packetOf.length;
  const timeOf = (frame: number) => video.seconds(pts[packetOf[frame]!]!);
  const last = timeOf(count - 1);
  const end = plan.by === 'index' ? count : last + frameLength(video, lastDuration);
  return plan.wanted.map((target) => {
    if (target >= end) {
      if (plan.clampToEnd) return count - 1;
      throw frameOutOfRange(video, plan, target, { frames: count, time: last });
    }
    return plan.by === 'index' ? target : Math.max(0, framesUntil(target, timeOf, count) - 1);
  });
}

/** How many of `count` frames have a time of at most `time`. */
function framesUntil(time: number, timeOf: (frame: number) => number, count: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOf(middle) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
