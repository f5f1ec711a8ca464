import type { OpenVideo } from '../container/open-video.js';
import { endOf } from '../frame-index/indexed-timeline.js';
import type { VideoClip } from '../video.js';
import { type ClipBuilder, createClipBuilder } from './clip-builder.js';
import { frameOutOfRange } from './frame-out-of-range.js';
import type { DecodePlan } from './options.js';
import { type DecodedFrame, readFrames } from './read-sequential.js';
import { noFrames } from './read-timeline.js';
import { arrangeClip } from './reorder-clip.js';

/** Decodes every frame from the start of the stream to the last chosen one, counting as it goes. */
export function decodeFromStart(video: OpenVideo, plan: DecodePlan): VideoClip {
  const { builder, slots } = pickFrames(video, plan);
  return arrangeClip(
    builder.finish(),
    plan.wanted.map((value) => slots.get(value)!),
  );
}

/** Reads frames until every target has one. `slots` says which picked frame each target became. */
function pickFrames(
  video: OpenVideo,
  plan: DecodePlan,
): { builder: ClipBuilder; slots: Map<number, number> } {
  const { targets } = plan;
  const slots = new Map<number, number>();
  const builder = createClipBuilder(video, plan, targets.length);
  let last: DecodedFrame | undefined;
  /** Of the last two frames. */
  let lastTimes: number[] = [];

  /** Gives `frame` to the targets before `end`, a time or an index. */
  const visit = (decoded: DecodedFrame, end: number): void => {
    if (slots.size === targets.length || targets[slots.size]! >= end) {
      builder.pass(decoded);
      return;
    }
    builder.pick(decoded);
    while (slots.size < targets.length && targets[slots.size]! < end) {
      slots.set(targets[slots.size]!, builder.picked - 1);
    }
  };

  for (const decoded of readFrames(video, plan)) {
    // A time belongs to a frame once the next frame's time is known.
    if (plan.by === 'index') visit(decoded, decoded.index + 1);
    else if (last !== undefined) visit(last, decoded.time);
    last = decoded;
    lastTimes = [...lastTimes.slice(-1), decoded.time];
    if (slots.size === targets.length && !builder.waiting) break;
  }

  if (last === undefined) throw noFrames(video);
  if (plan.by === 'time' && slots.size < targets.length)
    visit(last, endOf(video, lastTimes, Number(last.frame.duration)));
  if (slots.size < targets.length) {
    if (!plan.clampToEnd)
      throw frameOutOfRange(video, plan, targets[slots.size]!, {
        frameCount: last.index + 1,
        time: last.time,
      });
    visit(last, Number.POSITIVE_INFINITY);
  }
  return { builder, slots };
}
