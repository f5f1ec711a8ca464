import type { OpenVideo } from '../container/open-video.js';
import { VideoError } from '../errors.js';
import type { DecodePlan } from './options.js';

/** The error for a target past the end of a video of `frames` frames, the last at `time` seconds. */
export function frameOutOfRange(
  { source }: OpenVideo,
  plan: DecodePlan,
  target: number,
  { frameCount, time }: { frameCount: number; time: number },
): VideoError {
  const [expected, received] =
    plan.by === 'index'
      ? [`frame indices below ${frameCount}`, `${target}`]
      : [`times up to the last frame at ${time} s`, `${target} s`];
  return new VideoError('FRAME_OUT_OF_RANGE', { source, index: target, frameCount, expected, received });
}
