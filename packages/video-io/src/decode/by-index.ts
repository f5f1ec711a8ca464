import type { OpenVideo } from '../container/open-video.js';
import type { FrameIndex } from '../frame-index/frame-index.js';
import { indexedTimeline } from '../frame-index/indexed-timeline.js';
import { frameAt, type Timeline } from '../frame-index/timeline.js';
import type { VideoClip } from '../video.js';
import { createClipBuilder } from './clip-builder.js';
import { frameOutOfRange } from './frame-out-of-range.js';
import type { DecodePlan } from './options.js';
import { readSought } from './read-seeking.js';
import { arrangeClip } from './reorder-clip.js';

/** Decodes the chosen frames, and what they need, by seeking. Throws `VIDEO_DECODE_FAILED` when in doubt. */
export function decodeByIndex(
  video: OpenVideo,
  index: FrameIndex,
  plan: DecodePlan,
  timeline: Timeline = indexedTimeline(video, index),
): VideoClip {
  const frameIndices = chosenFrames(video, timeline, plan);
  const chosen = [...new Set(frameIndices)].sort((a, b) => a - b);
  const builder = createClipBuilder(video, plan, chosen.length);
  for (const decoded of readSought(video, index, chosen, plan)) {
    if (decoded.index === chosen[builder.picked]) builder.pick(decoded);
    else builder.pass(decoded);
  }
  const places = new Map(chosen.map((frame, place) => [frame, place]));
  return arrangeClip(
    builder.finish(),
    frameIndices.map((frame) => places.get(frame)!),
  );
}

/** [T] the frame that each target means. */
function chosenFrames(video: OpenVideo, timeline: Timeline, plan: DecodePlan): number[] {
  const { times } = timeline;
  const end = plan.by === 'index' ? times.length : timeline.end;
  return plan.wanted.map((target) => {
    if (target >= end) {
      if (plan.clampToEnd) return times.length - 1;
      throw frameOutOfRange(video, plan, target, { frameCount: times.length, time: times.at(-1)! });
    }
    return plan.by === 'index' ? target : Math.max(0, frameAt(timeline, target));
  });
}
