import { setImmediate } from 'node:timers/promises';
import { type OpenVideo, withVideo } from '../container/open-video.js';
import { VideoError } from '../errors.js';
import type { KnownVideo } from '../frame-index/cache.js';
import type { Timeline } from '../frame-index/timeline.js';
import type { VideoClip, VideoInput } from '../video.js';
import { decodeByIndex } from './by-index.js';
import { decodeFromStart } from './from-start.js';
import { type DecodeOptions, type DecodePlan, planDecode } from './options.js';
import { findFrames, learntOf } from './read-timeline.js';
import { damaged } from './whole-packets.js';

/**
 * Decodes chosen frames of a video as RGB, and how their content moves.
 *
 * Index i is the i-th frame in presentation order, always. Decoding starts at the last picture before a
 * chosen frame from which the result is provably that of decoding from the start of the stream, and only
 * chosen frames are cropped, scaled and converted. The work is done on the calling thread; use `videoPool`
 * to keep that thread free and to decode several videos at once.
 *
 * The motion of a frame is that of this very frame, in pixels per source frame: it depends on the stream alone, not on
 * the container or on what else is asked for. Only H.264 and MPEG-4 part 2 carry vectors; other codecs give a field in
 * which nothing is known, as does an I-frame.
 *
 * @throws {VideoError} `VIDEO_NOT_FOUND`, `VIDEO_UNREADABLE`, `VIDEO_NO_STREAM`, `VIDEO_TOO_LARGE`,
 * `VIDEO_DECODE_FAILED` (damage in what has to be decoded), `FRAME_OUT_OF_RANGE`, `OPTION_INVALID`; `SYSTEM_FAILED` where the
 * system is the reason.
 */
export async function decodeClip(source: VideoInput, options: DecodeOptions): Promise<VideoClip> {
  // A turn of the event loop: others get theirs between clips, and Node frees FFmpeg's buffers only then.
  await setImmediate();
  return decodeClipSync(source, options).clip;
}

/**
 * `decodeClip` for a thread of its own. `learnt` may be passed as `known` next time, to whatever thread; it is of
 * use as long as the file stays the same. Left out when nothing new was learnt.
 */
export function decodeClipSync(
  source: VideoInput,
  options: DecodeOptions,
  known?: KnownVideo,
): { clip: VideoClip; learnt?: KnownVideo } {
  const plan = planDecode(source, options);
  const sought = withVideo(source, plan.limits, (video) => seek(video, plan), known);
  const clip =
    sought.clip ?? withVideo(source, plan.limits, (video) => fromStart(video, plan, sought.timeline));
  return sought.learnt ? { clip, learnt: sought.learnt } : { clip };
}

/** No clip when the packets do not tell where its frames are, or decoding did not give those. */
function seek(
  video: OpenVideo<KnownVideo>,
  plan: DecodePlan,
): { clip?: VideoClip; learnt?: KnownVideo; timeline?: Timeline } {
  const found = findFrames(video, plan.limits);
  if (found?.index === undefined) return {};
  const { index, timeline } = found;
  const clip = trusted(() => decodeByIndex(video, index, plan, timeline));
  const learnt = learntOf(video, found);
  return { timeline, ...(clip && { clip }), ...(learnt && { learnt }) };
}

/** The frames as they come from the start. A timeline that was told must be theirs: a frame has one number and one time. */
function fromStart(video: OpenVideo, plan: DecodePlan, timeline: Timeline | undefined): VideoClip {
  const clip = decodeFromStart(video, plan);
  const other = timeline && clip.indices.find((frame, t) => timeline.times[frame] !== clip.times[t]);
  if (other !== undefined)
    throw damaged(`the packets: frame ${other} has another time than they tell`, video);
  return clip;
}

/** Undefined when decoding met something unexpected: decoding from the start has the last word then. */
function trusted(decode: () => VideoClip): VideoClip | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof VideoError && error.code === 'VIDEO_DECODE_FAILED') return undefined;
    throw error;
  }
}
