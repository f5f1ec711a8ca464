import { avGetCodecName } from 'node-av/lib';
import { DEFAULT_LIMITS, type VideoLimits } from '../container/limits.js';
import { withVideo } from '../container/open-video.js';
import { describeOrientation } from '../container/orientation.js';
import { indexFrames } from '../frame-index/build.js';
import { MOTION_CODECS } from '../motion/codec-vectors.js';
import type { VideoInfo, VideoInput } from '../video.js';
import { displayedSize } from './crop.js';
import { readFrames } from './read-sequential.js';

export interface ProbeOptions {
  /** Read the whole file to count the frames; MPEG-4 part 2 and rare codecs are decoded too. Default false. */
  readonly countFrames?: boolean;
  readonly limits?: Partial<VideoLimits>;
}

/**
 * Reads a video's headers. Sizes are those of the header; `decodeClip` goes by the frames themselves.
 *
 * @throws {VideoError} `VIDEO_NOT_FOUND`, `VIDEO_UNREADABLE`, `VIDEO_NO_STREAM`, `VIDEO_TOO_LARGE`, and with
 * `countFrames` also `VIDEO_DECODE_FAILED`.
 */
export async function probeVideo(source: VideoInput, options: ProbeOptions = {}): Promise<VideoInfo> {
  return probeVideoSync(source, options);
}

/** `probeVideo` for a thread of its own. */
export function probeVideoSync(source: VideoInput, options: ProbeOptions): VideoInfo {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  return withVideo(source, limits, (video) => {
    const { stream, header, seconds } = video;
    const { orientation, pixelAspect } = header;
    const { codecpar } = stream;
    const duration = stream.duration > 0n ? seconds(Number(stream.duration)) : header.duration;
    const rate = stream.avgFrameRate.num > 0 ? stream.avgFrameRate : stream.rFrameRate;
    const fps = rate.num > 0 && rate.den > 0 ? rate.num / rate.den : 0;
    const counted = options.countFrames === true ? countFrames(source, limits) : undefined;
    return {
      ...displayedSize({
        size: { width: codecpar.width, height: codecpar.height },
        pixelAspect,
        orientation,
      }),
      frames: counted ?? (stream.nbFrames > 0n ? Number(stream.nbFrames) : Math.round(duration * fps)),
      framesExact: counted !== undefined,
      duration,
      fps,
      codec: avGetCodecName(codecpar.codecId) ?? 'unknown',
      ...describeOrientation(orientation),
      hasMotionVectors: MOTION_CODECS.includes(codecpar.codecId),
    };
  });
}

/** By packets where they tell, else by decoding a freshly opened video from its start. */
function countFrames(source: VideoInput, limits: VideoLimits): number {
  const indexed = withVideo(source, limits, (video) => indexFrames(video, limits)?.packetOf.length);
  return (
    indexed ??
    withVideo(source, limits, (video) => {
      let count = 0;
      for (const { index } of readFrames(video, { motion: false, limits })) count = index + 1;
      return count;
    })
  );
}
