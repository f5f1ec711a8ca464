import type { Frame } from 'node-av/lib';
import type { OpenVideo } from '../container/open-video.js';
import { VideoError } from '../errors.js';
import { createClipMotion } from '../motion/clip-motion.js';
import type { VideoClip } from '../video.js';
import { type CropPlan, planCrop } from './crop.js';
import type { DecodePlan } from './options.js';
import type { DecodedFrame } from './read-sequential.js';
import { createFrameScaler, type FrameScaler } from './scale-frame.js';

/** Gathers picked frames, in the order of picking, into the arrays of a clip. */
export interface ClipBuilder {
  /** Frames picked so far. */
  readonly picked: number;
  /** True while the motion of picked frames waits for later ones. */
  readonly waiting: boolean;
  /** Tells of a frame that is not picked: its motion may count towards the next pick. */
  pass(frame: DecodedFrame): void;
  pick(frame: DecodedFrame): void;
  /** The frames picked, [picked, ...]. */
  finish(): VideoClip;
}

/** A builder for at most `slots` frames of the size and crop of the plan; `first` is any frame of the video. */
export function createClipBuilder(
  video: OpenVideo,
  plan: DecodePlan,
  slots: number,
  first: Frame,
): ClipBuilder {
  const { size } = plan;
  const { width, height } = first;
  const { pixelAspect, orientation } = video.header;
  const coded = { size: { width, height }, pixelAspect, orientation };
  const crop = planCrop(coded, size, plan.crop, video.source);
  const bytes = size.width * size.height * 3;
  const frames = new Uint8Array(slots * bytes);
  const times = new Float64Array(slots);
  const indices = new Uint32Array(slots);
  const scaler = createScaler(video, crop);
  const motion = plan.motion ? createClipMotion(video, crop, slots, plan.motionCell) : undefined;
  let picked = 0;

  return {
    get picked() {
      return picked;
    },
    get waiting() {
      return motion?.tracker.waiting ?? false;
    },
    pass(decoded) {
      motion?.see(decoded, picked > 0 && picked < slots, undefined);
    },
    pick(decoded) {
      const { frame } = decoded;
      if (frame.width !== width || frame.height !== height) throw sizeChanged(video, coded.size, decoded);
      scaler(frame, frames, picked * bytes);
      times[picked] = decoded.time;
      indices[picked] = decoded.index;
      motion?.see(decoded, true, picked);
      picked++;
    },
    finish() {
      motion?.tracker.end();
      const clip = { frames, times, indices, geometry: crop.geometry };
      return motion === undefined ? clip : { ...clip, motion: motion.field };
    },
  };
}

/** A scaler that is made anew when the pixel format or colours change within a stream. */
function createScaler(video: OpenVideo, crop: CropPlan): FrameScaler {
  let format = '';
  let scale: FrameScaler | undefined;
  return (frame, target, offset) => {
    const now = `${frame.format} ${frame.colorSpace} ${frame.colorRange}`;
    if (scale === undefined || now !== format) {
      scale = createFrameScaler(frame, crop, video.scope, video.source);
      format = now;
    }
    scale(frame, target, offset);
  };
}

function sizeChanged(
  { source }: OpenVideo,
  size: { width: number; height: number },
  { frame, index }: DecodedFrame,
) {
  return new VideoError('VIDEO_DECODE_FAILED', {
    source,
    index,
    expected: `all frames at ${size.width}x${size.height}`,
    received: `${frame.width}x${frame.height} at frame ${index}`,
  });
}
