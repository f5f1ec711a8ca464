import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { nested, number, optional } from '@tgm/options';
import type { VideoLimits } from '../container/limits.js';
import { encodeVideo } from '../encode/encode-video.js';
import { VideoError } from '../errors.js';
import { framesOfSection } from '../loader/section.js';
import { count, evenSide } from '../option-fields.js';
import type { VideoPool } from '../pool/video-pool.js';
import type { Size, VideoClip, VideoSample } from '../video.js';

/** How prepared videos are made. The same settings give the same bytes. */
export interface ShardEncoding {
  /** Pixels of the shorter side, even. Default 256. */
  readonly shortSide?: number;
  /** Frames from one I-frame to the next; a clip that starts anywhere decodes at most this many in vain. Default 12. */
  readonly gop?: number;
  /** x264's constant rate factor, 0 to 51. Default 23. */
  readonly crf?: number;
  /** A sample with more frames is refused: all of them are in memory at once. Default 3000, 0.8 GB at 256 x 340. */
  readonly maxFrames?: number;
}

/** The encoding with its defaults. */
export const shardEncoding = () =>
  nested({
    shortSide: optional(evenSide(), 256),
    gop: optional(count(), 12),
    crf: optional(number({ from: 0, to: 51 }), 23),
    maxFrames: optional(count(), 3000),
  } satisfies Record<keyof ShardEncoding, unknown>);

/** The frames of a sample's section. */
export interface SectionFrames {
  readonly clip: VideoClip;
  /** Frames per second, the mean where they come unevenly. */
  readonly fps: number;
  /** False when frames are not 1 / `fps` apart: then their own times are kept. */
  readonly even: boolean;
}

/**
 * Decodes the section that a sample is about: every source frame of it once, scaled so that the shorter side has `shortSide`
 * pixels.
 *
 * @throws {VideoError} as the pool does; `VIDEO_TOO_LARGE` past `maxFrames`, `FRAME_OUT_OF_RANGE` for a section without
 * pictures.
 */
export async function decodeSection(
  pool: VideoPool,
  sample: VideoSample,
  { shortSide, maxFrames }: Required<ShardEncoding>,
  limits: Partial<VideoLimits>,
): Promise<SectionFrames> {
  const { source, start, end } = sample;
  const timeline = await pool.timeline(source, { limits });
  const { info } = timeline;
  const { first, count } = framesOfSection(timeline, { start, end }, source);
  if (count > maxFrames) {
    throw new VideoError('VIDEO_TOO_LARGE', {
      source,
      frameCount: count,
      expected: `at most ${maxFrames} frames`,
      received: `${count}`,
      advice: 'Raise the option encoding.maxFrames to take it.',
    });
  }
  const clip = await pool.decode(source, {
    indices: Array.from({ length: count }, (_, i) => first + i),
    size: scaledSize(info, shortSide),
    crop: { x: 0, y: 0, width: info.width, height: info.height },
    limits,
  });
  return { clip, ...rateOf(clip.times, info.fps) };
}

/** Containers that count in milliseconds round the times of both ends of a span. */
const ROUNDING = 0.001;

/** Longest and shortest time for which one frame is shown, in frames per second. */
const RATES = { least: 0.1, most: 1000 };

/** The rate of frames at these times: that of the whole video, where it explains them. */
function rateOf(times: Float64Array, whole: number): { fps: number; even: boolean } {
  const [start, last] = [times[0]!, times.length - 1];
  const bounded = (fps: number): number => Math.min(Math.max(fps, RATES.least), RATES.most);
  const fps = bounded(whole);
  const even = times.every((time, i) => Math.abs(time - start - i / fps) <= ROUNDING + 1e-9);
  return even ? { fps, even } : { fps: bounded(last / (times[last]! - start)), even };
}

/** Even sides, as 4:2:0 needs; the longer one may be off by less than a pixel. */
function scaledSize({ width, height }: Size, shortSide: number): Size {
  const scale = shortSide / Math.min(width, height);
  const even = (side: number): number => 2 * Math.round((side * scale) / 2);
  return { width: even(width), height: even(height) };
}

/** The section as the bytes of an .mp4. @param folder where a temporary file may be made. */
export async function encodeSection(
  folder: string,
  { clip, fps, even }: SectionFrames,
  { gop, crf }: Required<ShardEncoding>,
): Promise<Uint8Array> {
  const path = join(folder, `section-${randomUUID()}.mp4`);
  try {
    const times = even ? undefined : clip.times;
    await encodeVideo(path, clip.frames, { ...clip.geometry.size, fps, gop, crf, ...(times && { times }) });
    return await readFile(path);
  } finally {
    await rm(path, { force: true });
  }
}
