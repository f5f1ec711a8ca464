import { setImmediate } from 'node:timers/promises';
import { type ClipBuilder, createClipBuilder } from './clip-builder.js';
import { type DecodeOptions, type DecodePlan, planDecode } from './decode-options.js';
import { VideoError } from './errors.js';
import { type DecodedFrame, readFrames } from './frame-reader.js';
import { type OpenVideo, openVideo } from './open-video.js';
import type { VideoClip, VideoSource } from './video.js';

/**
 * Decodes chosen frames of a video as RGB, and how their content moves.
 *
 * Index i is the i-th frame in presentation order, always: the stream is decoded from its start up to the
 * last chosen frame. Only chosen frames are cropped, scaled and converted. The work is done on the calling
 * thread; use `videoPool` to keep that thread free and to decode several videos at once.
 *
 * Motion is in pixels per source frame, also when frames are skipped: it is the mean over the source frames
 * after the previously chosen frame up to and including this one (for the first chosen frame: of that frame
 * alone), over those in which the cell is known. Only H.264 and MPEG-4 part 2 carry vectors; other codecs
 * give a field in which nothing is known, as does an I-frame.
 *
 * @throws {VideoError} `VIDEO_NOT_FOUND`, `VIDEO_UNREADABLE`, `VIDEO_NO_STREAM`, `VIDEO_TOO_LARGE`,
 * `VIDEO_DECODE_FAILED` (damage anywhere before the last chosen frame), `FRAME_OUT_OF_RANGE`, `ARGUMENT_INVALID`.
 */
export async function decodeClip(source: VideoSource, options: DecodeOptions): Promise<VideoClip> {
  // A turn of the event loop: others get theirs between clips, and Node frees FFmpeg's buffers only then.
  await setImmediate();
  return decodeClipSync(source, options);
}

/** `decodeClip` for a thread of its own. */
export function decodeClipSync(source: VideoSource, options: DecodeOptions): VideoClip {
  const plan = planDecode(source, options);
  const video = openVideo(source, plan.limits);
  try {
    const { builder, slots } = pickFrames(video, plan);
    return arrange(builder.finish(), plan, slots);
  } finally {
    video.scope.close();
  }
}

/** Reads frames until every target has one. `slots` says which picked frame each target became. */
function pickFrames(
  video: OpenVideo,
  plan: DecodePlan,
): { builder: ClipBuilder; slots: Map<number, number> } {
  const { targets } = plan;
  const slots = new Map<number, number>();
  let builder: ClipBuilder | undefined;
  let last: DecodedFrame | undefined;

  /** Gives `frame` to the targets before `end`, a time or an index. */
  const visit = (decoded: DecodedFrame, end: number): void => {
    builder ??= createClipBuilder(video, plan, decoded.frame);
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
    if (slots.size === targets.length && !builder?.waiting) break;
  }

  if (last === undefined) throw noFrames(video);
  if (plan.by === 'time' && slots.size < targets.length) visit(last, endOf(last, video));
  if (slots.size < targets.length) {
    if (!plan.clampToEnd) throw outOfRange(video, plan, targets[slots.size]!, last);
    visit(last, Number.POSITIVE_INFINITY);
  }
  return { builder: builder!, slots };
}

/** Picked frames in the asked-for order, with repeats. */
function arrange(clip: VideoClip, { wanted }: DecodePlan, slots: Map<number, number>): VideoClip {
  const order = wanted.map((value) => slots.get(value)!);
  const asPicked = order.length === clip.times.length && order.every((slot, i) => slot === i);
  if (asPicked) return clip;
  const picked = clip.times.length;
  const gather = <A extends Uint8Array | Float32Array | Float64Array | Uint32Array>(from: A): A => {
    const stride = from.length / picked;
    const Type = from.constructor as new (length: number) => A;
    const to = new Type(order.length * stride);
    order.forEach((slot, i) => {
      to.set(from.subarray(slot * stride, (slot + 1) * stride), i * stride);
    });
    return to;
  };
  const { motion } = clip;
  return {
    ...clip,
    frames: gather(clip.frames),
    times: gather(clip.times),
    indices: gather(clip.indices),
    ...(motion && { motion: { ...motion, vectors: gather(motion.vectors), known: gather(motion.known) } }),
  };
}

/** When the last frame leaves the screen, in seconds. */
function endOf({ frame, time }: DecodedFrame, { tick, stream }: OpenVideo): number {
  const { num, den } = stream.avgFrameRate;
  return time + (frame.duration > 0n ? Number(frame.duration) * tick : num > 0 ? den / num : 0);
}

function noFrames({ source }: OpenVideo): VideoError {
  return new VideoError('VIDEO_DECODE_FAILED', `Expected frames in "${source}", got none.`, {
    source,
    frames: 0,
  });
}

function outOfRange({ source }: OpenVideo, plan: DecodePlan, target: number, last: DecodedFrame): VideoError {
  const frames = last.index + 1;
  const message =
    plan.by === 'index'
      ? `Expected frame indices below ${frames}, got ${target}, for "${source}".`
      : `Expected times up to the last frame at ${last.time} s, got ${target} s, for "${source}".`;
  return new VideoError('FRAME_OUT_OF_RANGE', message, { source, index: target, frames });
}
