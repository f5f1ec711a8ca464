import { type CaptionFrame, keyFrames } from '@tgm/models';
import { framesOfSection, type Size, type VideoPool, type VideoSample } from '@tgm/video-io';

/** A frame to describe, and its number in the video. */
export interface KeyPicture {
  readonly frame: number;
  readonly picture: CaptionFrame;
}

/**
 * Key frames of a sample's section, evenly spaced, whole and no larger than `longSide`.
 *
 * @throws VideoError as the pool does; `FRAME_OUT_OF_RANGE` for a section without pictures.
 */
export async function keyPictures(
  pool: VideoPool,
  { source, start, end }: VideoSample,
  frames: number,
  longSide: number,
): Promise<KeyPicture[]> {
  const timeline = await pool.timeline(source);
  const { first, count } = framesOfSection(timeline, { start, end }, source);
  const indices = keyFrames(count, frames).map((frame) => first + frame);
  const size = fitted(timeline.info, longSide);
  const clip = await pool.decode(source, { indices, size });
  const bytes = size.width * size.height * 3;
  return indices.map((frame, at) => ({
    frame,
    picture: { ...size, pixels: clip.frames.subarray(at * bytes, (at + 1) * bytes) },
  }));
}

/** A size of the same aspect whose longer side is `longSide`, or what it is where that is less. */
function fitted({ width, height }: Size, longSide: number): Size {
  const scale = Math.min(1, longSide / Math.max(width, height));
  const side = (pixels: number): number => Math.max(1, Math.round(pixels * scale));
  return { width: side(width), height: side(height) };
}
