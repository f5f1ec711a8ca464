import { setImmediate } from 'node:timers/promises';
import type { VideoLimits } from '../container/limits.js';
import { type OpenVideo, withVideo } from '../container/open-video.js';
import { VideoError } from '../errors.js';
import { indexFrames } from '../frame-index/build.js';
import type { KnownVideo } from '../frame-index/cache.js';
import type { FrameIndex } from '../frame-index/frame-index.js';
import type { VideoClip, VideoInput } from '../video.js';
import { decodeByIndex } from './by-index.js';
import { decodeFromStart } from './from-start.js';
import { type DecodeOptions, type DecodePlan, planDecode } from './options.js';

/**
 * Decodes chosen frames of a video as RGB, and how their content moves.
 *
 * Index i is the i-th frame in presentation order, always. Decoding starts at the last picture before a
 * chosen frame from which the result is provably that of decoding from the start of the stream, and only
 * chosen frames are cropped, scaled and converted. The work is done on the calling thread; use `videoPool`
 * to keep that thread free and to decode several videos at once.
 *
 * Motion is in pixels per source frame, also when frames are skipped: it is the mean over the source frames
 * after the previously chosen frame up to and including this one (for the first chosen frame: of that frame
 * alone), over those that were decoded and in which the cell is known. Frames that no other refers to and
 * groups without a chosen frame are not decoded. Only H.264 and MPEG-4 part 2 carry vectors; other codecs
 * give a field in which nothing is known, as does an I-frame.
 *
 * @throws {VideoError} `VIDEO_NOT_FOUND`, `VIDEO_UNREADABLE`, `VIDEO_NO_STREAM`, `VIDEO_TOO_LARGE`,
 * `VIDEO_DECODE_FAILED` (damage in what has to be decoded), `FRAME_OUT_OF_RANGE`, `OPTION_INVALID`.
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
  const clip = sought.clip ?? withVideo(source, plan.limits, (video) => decodeFromStart(video, plan));
  return { ...sought, clip };
}

/** No clip when the packets do not tell where its frames are, or decoding did not give those. */
function seek(video: OpenVideo, plan: DecodePlan): { clip?: VideoClip | undefined; learnt?: KnownVideo } {
  const { version, header } = video;
  const remembered = recall(video, plan.limits);
  const index = remembered ?? indexFrames(video, plan.limits);
  if (index === undefined) return {};
  const clip = trusted(() => decodeByIndex(video, index, plan));
  return remembered || version === undefined ? { clip } : { clip, learnt: { version, header, index } };
}

/** The known index, where it is within the limits. */
function recall({ known }: OpenVideo, limits: VideoLimits): FrameIndex | undefined {
  return known && known.index.pts.length <= limits.frames ? known.index : undefined;
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
