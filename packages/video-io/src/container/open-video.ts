import type { Codec, CodecContext, FormatContext, Stream } from 'node-av/lib';
import { VideoError } from '../errors.js';
import type { VideoInput } from '../video.js';
import { checkStatus, openScope, type Scope, silenceFFmpeg } from './ffmpeg.js';
import { AV_CODEC_FLAG2_EXPORT_MVS, AVDISCARD_ALL } from './ffmpeg-constants.js';
import { contentVersion } from './file-version.js';
import { checkLimit, checkPixels, type VideoLimits } from './limits.js';
import { ffmpeg } from './load-ffmpeg.js';
import { nameOf, openContainer } from './open-container.js';
import { requireWhole } from './require-whole.js';
import { readHeader, type StreamHeader } from './stream-header.js';

/** The header of a version of a file. */
export interface KnownHeader {
  readonly version: string;
  readonly header: StreamHeader;
}

/** An opened container with its best video stream. The scope's owner closes it. */
export interface OpenVideo<Known extends KnownHeader = KnownHeader> {
  /** The path, or how many bytes it is made of. */
  readonly source: string;
  /** The file that FFmpeg reads. */
  readonly path: string;
  /** Tells the content of the file from any other; undefined where that cannot be told. */
  readonly version: string | undefined;
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly codec: Codec;
  readonly header: StreamHeader;
  /** What is known of this very file, if anything was passed. */
  readonly known: Known | undefined;
  /** The time of a stamp on the video's clock: seconds since the earliest stream begins. */
  time(stamp: number): number;
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
export function openVideo<Known extends KnownHeader>(
  input: VideoInput,
  limits: VideoLimits,
  remembered?: Known,
): OpenVideo<Known> {
  silenceFFmpeg();
  const opened = performance.now();
  const source = nameOf(input);
  const scope = openScope();
  try {
    const { format, path, version } = openContainer(input, scope);
    checkLimit('streams', format.nbStreams, limits, source);
    for (const { codecpar } of format.streams) checkPixels(codecpar, limits, source);
    const known = version !== undefined && version === remembered?.version ? remembered : undefined;
    const header = known?.header.toldAtOnce ? known.header : readHeader(format, source);
    checkLimit('duration', header.duration, limits, source);

    const stream = format.streams[header.stream]!;
    const codec = findCodec(stream, source);
    checkPixels(stream.codecpar, limits, source);
    stream.codecpar.videoDelay = header.delay;
    for (const other of format.streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
    const { timeBase } = stream;
    return {
      source,
      path,
      version,
      format,
      stream,
      codec,
      header,
      known,
      time: (stamp) => ((stamp - header.origin) * timeBase.num) / timeBase.den,
      seconds: (ticks) => (ticks * timeBase.num) / timeBase.den,
      checkTime: () => checkLimit('time', (performance.now() - opened) / 1000, limits, source),
      scope,
    };
  } catch (error) {
    scope.close();
    throw error;
  }
}

/** Opens a video for as long as `use` runs. `remembered` may spare some of the work, if the file is still the same. */
export function withVideo<R, Known extends KnownHeader = KnownHeader>(
  input: VideoInput,
  limits: VideoLimits,
  use: (video: OpenVideo<Known>) => R,
  remembered?: Known,
): R {
  const file = typeof input === 'string' ? input : undefined;
  const before = file && contentVersion(file);
  try {
    const video = openVideo(input, limits, remembered);
    try {
      return use(video);
    } finally {
      video.scope.close();
    }
  } catch (error) {
    if (file && isDamage(error)) requireWhole(file, before);
    throw error;
  }
}

/** Codes under which FFmpeg's words may also hide a disk that gives no bytes. */
const DAMAGE: ReadonlySet<string> = new Set(['VIDEO_UNREADABLE', 'VIDEO_NO_STREAM', 'VIDEO_DECODE_FAILED']);

const isDamage = (error: unknown): boolean => error instanceof VideoError && DAMAGE.has(error.code);

/** Opens the decoder of the picked stream, one thread, so that memory and order are the same everywhere. */
export function openDecoder(
  video: OpenVideo,
  options: { motion: boolean; limits: VideoLimits },
): CodecContext {
  const { stream, codec, source } = video;
  const decoder = video.scope.own(new (ffmpeg().CodecContext)(), (context) => context.freeContext());
  decoder.allocContext3(codec);
  const setting = 'setting up the decoder';
  checkStatus(decoder.parametersToContext(stream.codecpar), 'VIDEO_UNREADABLE', setting, source);
  checkStatus(decoder.setOption('max_pixels', options.limits.pixels), 'VIDEO_UNREADABLE', setting, source);
  decoder.pktTimebase = stream.timeBase;
  decoder.threadCount = 1;
  if (options.motion) decoder.setFlags2(AV_CODEC_FLAG2_EXPORT_MVS);
  checkStatus(decoder.open2Sync(codec), 'VIDEO_UNREADABLE', 'opening the decoder', source);
  return decoder;
}

/**
 * Seconds that a frame of `duration` ticks is on screen. Where that is 0, not known, `step`, those between the two frames
 * before; and if there are none, what the header has for the mean.
 */
export function frameLength({ seconds, header }: OpenVideo, duration: number, step?: number): number {
  return duration > 0 ? seconds(duration) : (step ?? header.meanFrame);
}

function findCodec({ codecpar }: Stream, source: string): Codec {
  const codec = ffmpeg().Codec.findDecoder(codecpar.codecId);
  if (codec !== null) return codec;
  throw new VideoError('VIDEO_NO_STREAM', {
    source,
    expected: 'a video stream of a codec that can be decoded',
    received: ffmpeg().avGetCodecName(codecpar.codecId) ?? 'an unknown one',
  });
}
