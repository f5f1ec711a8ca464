import {
  AV_CODEC_FLAG2_EXPORT_MVS,
  AV_DISPOSITION_ATTACHED_PIC,
  AV_PKT_DATA_DISPLAYMATRIX,
  AVDISCARD_ALL,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Codec, CodecContext, type FormatContext, type Stream } from 'node-av/lib';
import { VideoError } from './errors.js';
import { checkStatus, openScope, type Scope, silenceFFmpeg } from './ffmpeg.js';
import { checkLimit, checkPixels, type VideoLimits } from './limits.js';
import { nameOf, openContainer } from './open-container.js';
import { type Orientation, readOrientation } from './orientation.js';
import type { VideoInput } from './video.js';

/** FFmpeg's clock for a whole container: microseconds. */
const CONTAINER_TICK = 1e-6;

/** An opened container with its best video stream. The scope's owner closes it. */
export interface OpenVideo {
  /** The path, or how many bytes it is made of. */
  readonly source: string;
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly codec: Codec;
  readonly orientation: Orientation;
  /** Width of a coded pixel over its height. */
  readonly pixelAspect: number;
  /** Seconds of a number of ticks of the stream's clock, rounded once. */
  seconds(ticks: number): number;
  /** Throws `VIDEO_TOO_LARGE` when the limit on time is over. */
  checkTime(): void;
  readonly scope: Scope;
}

/**
 * Opens a video, reads its headers and picks the video stream. The options are set one by one: node-av frees
 * a Dictionary twice when it is passed to an open call.
 */
export function openVideo(input: VideoInput, limits: VideoLimits): OpenVideo {
  silenceFFmpeg();
  const opened = performance.now();
  const source = nameOf(input);
  const scope = openScope();
  try {
    const format = openContainer(input, scope);
    checkLimit('streams', format.nbStreams, limits, source);
    for (const { codecpar } of format.streams) checkPixels(codecpar, limits, source);
    checkStatus(format.findStreamInfoSync(), 'VIDEO_UNREADABLE', 'Reading the streams', source);
    checkLimit('duration', containerDuration(format), limits, source);

    const { stream, codec } = pickStream(format, source);
    checkPixels(stream.codecpar, limits, source);
    for (const other of format.streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
    const { timeBase } = stream;
    const { num, den } =
      stream.sampleAspectRatio.num > 0 ? stream.sampleAspectRatio : stream.codecpar.sampleAspectRatio;
    return {
      source,
      format,
      stream,
      codec,
      orientation: readOrientation(stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)),
      pixelAspect: num > 0 && den > 0 ? num / den : 1,
      seconds: (ticks) => (ticks * timeBase.num) / timeBase.den,
      checkTime: () => checkLimit('time', (performance.now() - opened) / 1000, limits, source),
      scope,
    };
  } catch (error) {
    scope.close();
    throw error;
  }
}

/** Opens a video for as long as `use` runs. */
export function withVideo<R>(input: VideoInput, limits: VideoLimits, use: (video: OpenVideo) => R): R {
  const video = openVideo(input, limits);
  try {
    return use(video);
  } finally {
    video.scope.close();
  }
}

/** Opens the decoder of the picked stream, one thread, so that memory and order are the same everywhere. */
export function openDecoder(
  video: OpenVideo,
  options: { motion: boolean; limits: VideoLimits },
): CodecContext {
  const { stream, codec, source } = video;
  const decoder = video.scope.own(new CodecContext(), (context) => context.freeContext());
  decoder.allocContext3(codec);
  const setting = 'Setting up the decoder';
  checkStatus(decoder.parametersToContext(stream.codecpar), 'VIDEO_UNREADABLE', setting, source);
  checkStatus(decoder.setOption('max_pixels', options.limits.pixels), 'VIDEO_UNREADABLE', setting, source);
  decoder.pktTimebase = stream.timeBase;
  decoder.threadCount = 1;
  if (options.motion) decoder.setFlags2(AV_CODEC_FLAG2_EXPORT_MVS);
  checkStatus(decoder.open2Sync(codec), 'VIDEO_UNREADABLE', 'Opening the decoder', source);
  return decoder;
}

/**
 * Seconds that a frame of `duration` ticks is on screen. Where that is 0, not known, the mean of all frames,
 * and without that a moment, so that its own time finds it.
 */
export function frameLength({ seconds, stream }: OpenVideo, duration: bigint): number {
  const { num, den } = stream.avgFrameRate;
  return duration > 0n ? seconds(Number(duration)) : num > 0 ? den / num : CONTAINER_TICK;
}

/** Seconds that the container says it lasts; 0 when it does not. */
export function containerDuration({ duration }: FormatContext): number {
  return duration > 0n ? Number(duration) * CONTAINER_TICK : 0;
}

function pickStream(format: FormatContext, source: string): { stream: Stream; codec: Codec } {
  const best = format.findBestStream(AVMEDIA_TYPE_VIDEO);
  const stream = best >= 0 ? format.streams[best] : undefined;
  if (stream === undefined || (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0) {
    throw new VideoError('VIDEO_NO_STREAM', `Expected a video stream in "${source}", got none.`, { source });
  }
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (codec === null) {
    throw new VideoError('VIDEO_NO_STREAM', `No decoder for the video stream of "${source}".`, { source });
  }
  return { stream, codec };
}
