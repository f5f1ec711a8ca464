import type { OpenVideo } from '../container/open-video.js';
import { VideoError } from '../errors.js';
import { type ClipMotion, createClipMotion } from '../motion/clip-motion.js';
import type { CropGeometry, Size, VideoClip } from '../video.js';
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
  /** Tells of a frame that is not picked: picked ones may be predicted from it. */
  pass(frame: DecodedFrame): void;
  pick(frame: DecodedFrame): void;
  /** The frames picked, [picked, ...]. */
  finish(): VideoClip;
}

/** How frames of one coded size become those of the clip. */
interface Fitting {
  readonly coded: Size;
  readonly geometry: CropGeometry;
  readonly scale: FrameScaler;
  readonly motion: ClipMotion | undefined;
}

/**
 * A builder for at most `slots` frames with the size and crop of the plan. Where frames of another size come before the
 * first pick, it starts afresh: the crop is the same part of the picture. Between picks of one clip the size must stay.
 */
export function createClipBuilder(video: OpenVideo, plan: DecodePlan, slots: number): ClipBuilder {
  const { size } = plan;
  const bytes = plan.pixels ? size.width * size.height * 3 : 0;
  const frames = new Uint8Array(slots * bytes);
  const times = new Float64Array(slots);
  const indices = new Uint32Array(slots);
  let fitting: Fitting | undefined;
  let picked = 0;

  const fittingFor = ({ width, height }: Size): Fitting => {
    const coded = { width, height };
    const crop = planCrop(video.header, size, plan.crop, video.source, coded);
    const motion = plan.motion ? createClipMotion(video, crop, slots, plan.motionCell) : undefined;
    return { coded, geometry: crop.geometry, scale: createScaler(video, crop), motion };
  };
  const fits = ({ width, height }: Size): boolean =>
    fitting?.coded.width === width && fitting.coded.height === height;

  return {
    get picked() {
      return picked;
    },
    get waiting() {
      return fitting?.motion?.waiting ?? false;
    },
    pass(decoded) {
      if (!fits(decoded.frame)) {
        if (picked > 0) {
          // Nothing refers to a picture of another size.
          fitting?.motion?.end();
          return;
        }
        fitting = fittingFor(decoded.frame);
      }
      fitting?.motion?.see(decoded, undefined);
    },
    pick(decoded) {
      const { frame } = decoded;
      if (fitting === undefined || !fits(frame)) {
        if (fitting !== undefined && picked > 0) throw sizeChanged(video, fitting.coded, decoded);
        fitting = fittingFor(frame);
      }
      if (plan.pixels) fitting.scale(frame, frames, picked * bytes);
      times[picked] = decoded.time;
      indices[picked] = decoded.index;
      fitting.motion?.see(decoded, picked);
      picked++;
    },
    finish() {
      const { geometry, motion } = fitting!;
      motion?.end();
      const clip = { frames, times, indices, geometry };
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

function sizeChanged({ source }: OpenVideo, size: Size, { frame, index }: DecodedFrame) {
  return new VideoError('VIDEO_DECODE_FAILED', {
    source,
    index,
    expected: `a clip of one size, ${size.width}x${size.height}`,
    received: `${frame.width}x${frame.height} at frame ${index}`,
  });
}
