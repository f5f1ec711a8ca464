import { type ClipBuilder, createClipBuilder } from './clip-builder.js';
import { frameOutOfRange } from './clip-errors.js';
import { arrangeClip } from './clip-order.js';
import type { DecodePlan } from './decode-options.js';
import type { FrameIndex } from './frame-index.js';
import { frameLength, type OpenVideo } from './open-video.js';
import { readSought } from './sought-frames.js';
import type { VideoClip } from './video.js';

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
function chosenFrames(video: OpenVideo, { packets, packetOf }: FrameIndex, plan: DecodePlan): number[] {
  const count = packetOf.length;
  const times = packetOf.map((packet) => video.seconds(packets[packet]!.pts));
  const last = packets[packetOf[count - 1]!]!;
  const end = plan.by === 'index' ? count : times[count - 1]! + frameLength(video, last.duration);
  return plan.wanted.map((target) => {
    if (target >= end) {
      if (plan.clampToEnd) return count - 1;
      throw frameOutOfRange(video, plan, target, { frames: count, time: times[count - 1]! });
    }
    return plan.by === 'index' ? target : Math.max(0, upperBound(times, target) - 1);
  });
}

/** How many of the ascending `values` are at most `value`. */
function upperBound(values: readonly number[], value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
