import { statSync } from 'node:fs';
import {
  AV_CODEC_FLAG2_EXPORT_MVS,
  AV_DISPOSITION_ATTACHED_PIC,
  AV_PKT_DATA_DISPLAYMATRIX,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants';
import { Codec, CodecContext, FormatContext, type Stream } from 'node-av/lib';
import { VideoError } from './errors.js';
import { checkStatus, openScope, type Scope, silenceFFmpeg } from './ffmpeg.js';
import { checkPixels, type VideoLimits } from './limits.js';
import { type Orientation, readOrientation } from './orientation.js';
import type { VideoSource } from './video.js';

/** Containers of single files. Playlists (HLS, concat, DASH) could reach other files and are left out. */
const CONTAINERS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts,flv,asf,ogg';

/** An opened container with its best video stream. The scope's owner closes it. */
export interface OpenVideo {
  readonly source: VideoSource;
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly codec: Codec;
  readonly orientation: Orientation;
  /** Width of a coded pixel over its height. */
  readonly pixelAspect: number;
  /** Seconds of one tick of the stream's clock. */
  readonly tick: number;
  readonly scope: Scope;
}

/**
 * Opens a file, reads its headers and picks the video stream. The options are set one by one: node-av frees
 * a Dictionary twice when it is passed to an open call.
 */
export function openVideo(source: VideoSource, limits: VideoLimits): OpenVideo {
  silenceFFmpeg();
  requireFile(source);
  const scope = openScope();
  try {
    const format = scope.own(new FormatContext(), (context) => context.freeContext());
    format.allocContext();
    checkStatus(format.setOption('protocol_whitelist', 'file'), 'VIDEO_UNREADABLE', 'Setting up', source);
    checkStatus(format.setOption('format_whitelist', CONTAINERS), 'VIDEO_UNREADABLE', 'Setting up', source);
    checkStatus(format.openInputSync(`file:${source}`), 'VIDEO_UNREADABLE', 'Opening the container', source);
    scope.own(format, (context) => context.closeInputSync());
    for (const { codecpar } of format.streams) checkPixels(codecpar, limits, source);
    checkStatus(format.findStreamInfoSync(), 'VIDEO_UNREADABLE', 'Reading the streams', source);

    const { stream, codec } = pickStream(format, source);
    checkPixels(stream.codecpar, limits, source);
    const { num, den } =
      stream.sampleAspectRatio.num > 0 ? stream.sampleAspectRatio : stream.codecpar.sampleAspectRatio;
    return {
      source,
      format,
      stream,
      codec,
      orientation: readOrientation(stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)),
      pixelAspect: num > 0 && den > 0 ? num / den : 1,
      tick: stream.timeBase.num / stream.timeBase.den,
      scope,
    };
  } catch (error) {
    scope.close();
    throw error;
  }
}

/** Opens a video for as long as `use` runs. */
export function withVideo<R>(source: VideoSource, limits: VideoLimits, use: (video: OpenVideo) => R): R {
  const video = openVideo(source, limits);
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

/** Seconds that a frame of `duration` ticks is on screen; the mean of all frames where it is 0, not known. */
export function frameLength({ tick, stream }: OpenVideo, duration: bigint): number {
  const { num, den } = stream.avgFrameRate;
  return duration > 0n ? Number(duration) * tick : num > 0 ? den / num : 0;
}

/** A regular file: a pipe or a device could block for ever. */
function requireFile(source: VideoSource): void {
  let found = 'nothing';
  try {
    const stats = statSync(source);
    if (stats.isFile()) return;
    found = stats.isDirectory() ? 'a folder' : 'a special file';
  } catch (error) {
    if (error instanceof Error) found = error.message;
  }
  throw new VideoError('VIDEO_NOT_FOUND', `Expected a video file at "${source}", got ${found}.`, { source });
}

function pickStream(format: FormatContext, source: VideoSource): { stream: Stream; codec: Codec } {
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
