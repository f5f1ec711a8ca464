import {
  AV_CODEC_ID_H264,
  AV_CODEC_ID_HEVC,
  AV_CODEC_ID_MPEG4,
  AV_PKT_FLAG_DISCARD,
} from 'node-av/constants';
import { avGetCodecName, Packet } from 'node-av/lib';
import { displayedSize } from './crop.js';
import { readFrames, readPacket } from './frame-reader.js';
import { DEFAULT_LIMITS, type VideoLimits } from './limits.js';
import { type OpenVideo, openVideo } from './open-video.js';
import { describeOrientation } from './orientation.js';
import type { VideoInfo, VideoSource } from './video.js';

export interface ProbeOptions {
  /** Read the whole file to count the frames; H.264 and HEVC without decoding. Default false. */
  readonly countFrames?: boolean;
  readonly limits?: Partial<VideoLimits>;
}

/** Codecs whose decoders in FFmpeg export motion vectors and are common in data sets. */
const MOTION_CODECS: readonly number[] = [AV_CODEC_ID_H264, AV_CODEC_ID_MPEG4];

/** Codecs of which each packet that is to be shown gives one frame. Others have packets that show nothing. */
const ONE_FRAME_A_PACKET: readonly number[] = [AV_CODEC_ID_H264, AV_CODEC_ID_HEVC];

/** FFmpeg's clock for a whole container: microseconds. */
const CONTAINER_TICK = 1e-6;

/**
 * Reads a video's headers. Sizes are those of the header; `decodeClip` goes by the frames themselves.
 *
 * @throws {VideoError} `VIDEO_NOT_FOUND`, `VIDEO_UNREADABLE`, `VIDEO_NO_STREAM`, `VIDEO_TOO_LARGE`, and with
 * `countFrames` also `VIDEO_DECODE_FAILED`.
 */
export async function probeVideo(source: VideoSource, options: ProbeOptions = {}): Promise<VideoInfo> {
  return probeVideoSync(source, options);
}

/** `probeVideo` for a thread of its own. */
export function probeVideoSync(source: VideoSource, options: ProbeOptions): VideoInfo {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const video = openVideo(source, limits);
  try {
    const { stream, orientation, pixelAspect, format, tick } = video;
    const { codecpar } = stream;
    const duration =
      stream.duration > 0n ? Number(stream.duration) * tick : containerDuration(format.duration);
    const rate = stream.avgFrameRate.num > 0 ? stream.avgFrameRate : stream.rFrameRate;
    const fps = rate.num > 0 && rate.den > 0 ? rate.num / rate.den : 0;
    const counted = options.countFrames === true ? countFrames(video, limits) : undefined;
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
  } finally {
    video.scope.close();
  }
}

function containerDuration(duration: bigint): number {
  return duration > 0n ? Number(duration) * CONTAINER_TICK : 0;
}

function countFrames(video: OpenVideo, limits: VideoLimits): number {
  if (ONE_FRAME_A_PACKET.includes(video.stream.codecpar.codecId)) return countPackets(video);
  let count = 0;
  for (const { index } of readFrames(video, { motion: false, limits })) count = index + 1;
  return count;
}

/** Packets of the video stream that are to be shown; edit lists mark the others. */
function countPackets(video: OpenVideo): number {
  const streamIndex = video.stream.index;
  const packet = video.scope.own(new Packet(), (value) => value.free());
  packet.alloc();
  let count = 0;
  while (readPacket(video, packet)) {
    if (packet.streamIndex === streamIndex && (packet.flags & AV_PKT_FLAG_DISCARD) === 0) count++;
    packet.unref();
  }
  return count;
}
