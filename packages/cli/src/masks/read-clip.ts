import { denseIndices, estimateMotion, framesOfSection, type VideoClip, type VideoPool } from '@tgm/video-io';

/** Which frames of a video, and how large. */
export interface ClipChoice {
  readonly frames: number;
  readonly stride: number | undefined;
  /** Seconds; without it the clip is in the middle. */
  readonly start: number | undefined;
  /** Pixels of the sides of the square in the middle. */
  readonly size: number;
  /** Whether its motion is read. */
  readonly motion: boolean;
}

/** A clip, with the motion in it where that was asked for. */
export interface MovingClip extends VideoClip {
  /** Source frames from one of its frames to the next. */
  readonly stride: number;
  /** Frames of the video. */
  readonly videoFrames: number;
}

/** Of Kinetics, in VideoMAE's scripts. */
const STRIDE = 4;

/**
 * Decodes a clip. Its motion is that of the codec's vectors; where the codec tells none, that of matched blocks of the clip's own frames.
 *
 * @throws VideoError as the pool does; `FRAME_OUT_OF_RANGE` where the video has ended at `start`.
 */
export async function readClip(
  pool: VideoPool,
  video: string,
  { frames: count, start, size, motion: isRead, ...given }: ClipChoice,
): Promise<MovingClip> {
  const timeline = await pool.timeline(video);
  const section = framesOfSection(timeline, start === undefined ? {} : { start }, video);
  const room = Math.max(1, Math.floor((section.count - 1) / (count - 1)));
  const stride = given.stride ?? Math.min(STRIDE, room);
  const indices = denseIndices({
    frameCount: section.count,
    count,
    stride,
    ...(start !== undefined && { random: () => 0 }), // the first place that it can begin at
  }).map((frame) => section.first + frame);
  const clip = await pool.decode(video, { indices, size: { width: size, height: size }, motion: isRead });
  const motion = clip.motion && !clip.motion.known.includes(1) ? estimateMotion(clip) : clip.motion;
  return { ...clip, ...(motion && { motion }), stride, videoFrames: timeline.times.length };
}

/** Frames a second at which a clip moves as it did; 10 where nothing moves. */
export function paceOf({ times, indices }: VideoClip): number {
  const shown = new Set(indices).size;
  return shown < 2 ? 10 : (shown - 1) / (times.at(-1)! - times[0]!);
}
