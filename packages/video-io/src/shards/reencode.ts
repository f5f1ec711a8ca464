import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeVideo } from '../encode.js';
import { VideoError } from '../errors.js';
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

const DEFAULT_ENCODING: Required<ShardEncoding> = {
  shortSide: 256,
  gop: 12,
  crf: 23,
  maxFrames: 3000,
};

/** Fills in the defaults. @throws {VideoError} `OPTION_INVALID` */
export function planEncoding(encoding: ShardEncoding = {}): Required<ShardEncoding> {
  const plan = { ...DEFAULT_ENCODING, ...encoding };
  const { shortSide, gop, crf, maxFrames } = plan;
  const whole = [shortSide / 2, gop, maxFrames].every((value) => Number.isInteger(value) && value >= 1);
  if (whole && crf >= 0 && crf <= 51) return plan;
  throw new VideoError('OPTION_INVALID', {
    where: 'prepareShards, option encoding',
    expected: 'an even side, whole numbers of frames and a crf from 0 to 51',
    received: JSON.stringify(plan),
  });
}

/** Faster videos are thinned out to this. Broken headers name rates of thousands. */
const MAX_FPS = 60;

/** Containers that do not say how fast they play. */
const UNKNOWN_FPS = 25;

/** A sample's section at a constant frame rate. */
export interface SectionFrames {
  readonly clip: VideoClip;
  readonly fps: number;
}

/**
 * Decodes the section that a sample is about, all of it: frames at equal times, scaled so that the shorter side has
 * `shortSide` pixels.
 *
 * @throws {VideoError} as the pool does; `VIDEO_TOO_LARGE` past `maxFrames`, `FRAME_OUT_OF_RANGE` when the section begins
 * behind the video's end.
 */
export async function decodeSection(
  pool: VideoPool,
  { source, start = 0, end = Number.POSITIVE_INFINITY }: VideoSample,
  { shortSide, maxFrames }: Required<ShardEncoding>,
): Promise<SectionFrames> {
  const header = await pool.probe(source);
  const info = header.duration > 0 ? header : await pool.probe(source, { countFrames: true });
  const fps = Math.min(info.fps || UNKNOWN_FPS, MAX_FPS);
  const duration = info.duration || info.frames / fps;
  const seconds = Math.min(end, duration) - start;
  if (seconds <= 0) {
    throw new VideoError('FRAME_OUT_OF_RANGE', {
      source,
      expected: `a section inside ${duration} s`,
      received: `one from ${start} s`,
    });
  }
  const count = Math.max(1, Math.round(seconds * fps));
  if (count > maxFrames) {
    throw new VideoError('VIDEO_TOO_LARGE', {
      source,
      expected: `at most ${maxFrames} frames`,
      received: `${count}`,
      advice: 'Raise the option encoding.maxFrames to take it.',
      frames: count,
    });
  }
  const clip = await pool.decode(source, {
    times: Array.from({ length: count }, (_, i) => start + (i + 0.5) / fps),
    size: scaledSize(info, shortSide),
    crop: { x: 0, y: 0, width: info.width, height: info.height },
    clampToEnd: true,
  });
  return { clip, fps };
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
  { clip, fps }: SectionFrames,
  { gop, crf }: Required<ShardEncoding>,
): Promise<Uint8Array> {
  const path = join(folder, `section-${randomUUID()}.tmp`);
  try {
    await encodeVideo(path, clip.frames, { ...clip.geometry.size, fps, gop, crf });
    return await readFile(path);
  } finally {
    await rm(path, { force: true });
  }
}
