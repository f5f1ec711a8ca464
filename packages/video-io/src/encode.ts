import { open, rename, rm } from 'node:fs/promises';
import { extname } from 'node:path';
import { number, oneOf, optional, optionTable, showValue } from '@tgm/options';
import type { SwsFlags } from 'node-av/constants';
import type { CodecContext, FormatContext, Frame, Packet, Stream } from 'node-av/lib';
import { checkStatus, openScope, type Scope, silenceFFmpeg } from './container/ffmpeg.js';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  FF_ENCODER_LIBX264,
  SWS_ACCURATE_RND,
  SWS_BILINEAR,
} from './container/ffmpeg-constants.js';
import { ffmpeg } from './container/load-ffmpeg.js';
import { VideoError } from './errors.js';
import { evenPace, type FramePace, unevenPace } from './frame-pace.js';
import { count, evenSide, numbers, requirePath } from './option-fields.js';
import { fileError, isPathFault, systemFailed } from './system-failure.js';
import type { Size } from './video.js';

export interface EncodeOptions extends Size {
  /** Frames per second, above 0. With `times`, the mean. */
  readonly fps: number;
  /** [T] seconds at which the frames are shown, rising; the first is shown at 0 in the video. Default: 1 / `fps` apart. */
  readonly times?: ArrayLike<number>;
  /** Frames from one I-frame to the next. Default: one I-frame at the start, then P-frames only. */
  readonly gop?: number;
  /** Constant rate factor, 0 (lossless) to 51. Default 23, x264's own. */
  readonly crf?: number;
  /** x264's trade of time against size. Default `veryfast`. */
  readonly preset?: 'ultrafast' | 'superfast' | 'veryfast' | 'faster' | 'fast' | 'medium' | 'slow';
}

const OPTIONS = optionTable(
  'encodeVideo',
  {
    width: evenSide(),
    height: evenSide(),
    fps: number({ above: 0 }),
    times: optional(numbers('time in seconds', Number.isFinite)),
    gop: optional(count()),
    crf: optional(number({ from: 0, to: 51 }), 23),
    preset: optional(
      oneOf(['ultrafast', 'superfast', 'veryfast', 'faster', 'fast', 'medium', 'slow']),
      'veryfast',
    ),
  } satisfies Record<keyof EncodeOptions, unknown>,
  VideoError,
);

type EncodePlan = ReturnType<typeof OPTIONS.check>;

/**
 * What makes motion vectors follow the content rather than save bits: one reference picture and no
 * B-frames, so that each vector points to the frame before; no weighted prediction, which hides motion in
 * brightness; neither psychovisual tuning nor adaptive quantisation, which chase noise on still ground;
 * hexagon search with quarter-pel refinement. No look-ahead, whose gain is in long videos.
 */
const X264_PARAMETERS =
  'ref=1:bframes=0:weightp=0:scenecut=0:no-psy=1:aq-mode=0:me=hex:subme=2:rc-lookahead=0:mbtree=0:threads=1';

/**
 * Writes RGB frames as an H.264 .mp4 (4:2:0, BT.601 limited range), on the calling thread. The same frames
 * and options give the same bytes. The file appears under `path` only when it is complete.
 *
 * @param path ends in `.mp4`, which is what is written.
 * @param frames [T, height, width, 3] RGB, 0-255, T >= 1.
 * @throws {VideoError} `OPTION_INVALID` for sizes that do not fit (width and height must be even) and for another ending,
 * `VIDEO_ENCODE_FAILED` when the encoder refuses, `SYSTEM_FAILED` when the file system does, also where there is no folder.
 */
export async function encodeVideo(path: string, frames: Uint8Array, options: EncodeOptions): Promise<void> {
  const plan = OPTIONS.check(options);
  requirePath('encodeVideo', path);
  requireMp4(path);
  const count = countFrames(path, frames, plan);
  silenceFFmpeg();
  const temporary = `${path}.${process.pid}-${nextTemporary++}.tmp`;
  const scope = openScope();
  try {
    // The file system says why it takes no file; FFmpeg's status would leave it open.
    await (await open(temporary, 'w')).close();
    writeVideo({ path, temporary }, frames, count, plan, scope);
    scope.close();
    await rename(temporary, path);
  } catch (error) {
    scope.close();
    await rm(temporary, { force: true });
    if (error instanceof VideoError) throw error;
    if (isPathFault(error)) throw systemFailed(path, 'to write a video', error, 'Its folder must be there.');
    throw fileError(error, 'VIDEO_ENCODE_FAILED', path, 'to write a video');
  }
}

/** Two encodes to the same path at once must not share a temporary file. */
let nextTemporary = 0;

/** A file that is called otherwise would not be what it is taken for. */
function requireMp4(path: string): void {
  if (extname(path).toLowerCase() === '.mp4') return;
  throw new VideoError('OPTION_INVALID', {
    where: 'encodeVideo, argument path',
    source: path,
    expected: 'a path that ends in ".mp4", the only format that is written',
    received: showValue(path),
  });
}

function countFrames(path: string, frames: Uint8Array, options: EncodePlan): number {
  const { width, height, times } = options;
  const count = frames?.length / (width * height * 3);
  const isBytes = frames instanceof Uint8Array || (frames as unknown) instanceof Uint8ClampedArray;
  if (!(isBytes && Number.isInteger(count) && count >= 1)) {
    throw new VideoError('OPTION_INVALID', {
      source: path,
      expected: '[T, height, width, 3] bytes',
      received: isBytes ? `${frames.length} bytes for ${width}x${height}` : showValue(frames),
    });
  }
  const rising = (time: number, t: number, all: readonly number[]) =>
    Number.isFinite(time) && (t === 0 || time > all[t - 1]!);
  if (times !== undefined && !(times.length === count && Array.from(times).every(rising))) {
    throw new VideoError('OPTION_INVALID', {
      source: path,
      expected: `${count} rising times, one a frame`,
      received: `${times.length} times`,
    });
  }
  return count;
}

function writeVideo(
  { path, temporary }: { path: string; temporary: string },
  frames: Uint8Array,
  count: number,
  options: EncodePlan,
  scope: Scope,
): void {
  const check = (status: number, doing: string) => checkStatus(status, 'VIDEO_ENCODE_FAILED', doing, path);
  const { width, height } = options;
  const format = scope.own(new (ffmpeg().FormatContext)(), (value) => value.freeContext());
  check(format.allocOutputContext2(null, 'mp4', `file:${temporary}`), 'setting up the container');
  const pace = options.times ? unevenPace(options.times, options.fps) : evenPace(options.fps);
  const encoder = openEncoder(path, options, pace, count, scope);
  const stream = format.newStream(null);
  check(stream.codecpar.fromContext(encoder), 'setting up the stream');
  stream.timeBase = encoder.timeBase;
  check(format.openOutputSync(), 'creating the file');
  scope.own(format, (value) => value.closeOutputSync());
  check(format.writeHeaderSync(), 'writing the header');

  const toYuv = scope.own(new (ffmpeg().SoftwareScaleContext)(), (value) => value.freeContext());
  const quality = SWS_BILINEAR | SWS_ACCURATE_RND;
  toYuv.getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, quality as SwsFlags);
  const rgb = allocateFrame(options, AV_PIX_FMT_RGB24, scope, check);
  const yuv = allocateFrame(options, AV_PIX_FMT_YUV420P, scope, check);
  const packet = scope.own(new (ffmpeg().Packet)(), (value) => value.free());
  packet.alloc();
  const bytes = width * height * 3;
  for (let t = 0; t < count; t++) {
    check(
      rgb.fromBuffer(Buffer.from(frames.buffer, frames.byteOffset + t * bytes, bytes)),
      'copying a frame',
    );
    check(yuv.makeWritable(), 'copying a frame');
    check(toYuv.scaleFrameSync(yuv, rgb), 'converting a frame');
    yuv.pts = pace.stamp(t);
    check(encoder.sendFrameSync(yuv), `encoding frame ${t}`);
    drain(encoder, packet, pace, stream, format, check);
  }
  check(encoder.sendFrameSync(null), 'ending the stream');
  drain(encoder, packet, pace, stream, format, check);
  check(format.writeTrailerSync(), 'writing the trailer');
}

function openEncoder(
  path: string,
  options: EncodePlan,
  pace: FramePace,
  count: number,
  scope: Scope,
): CodecContext {
  const check = (status: number) =>
    checkStatus(status, 'VIDEO_ENCODE_FAILED', 'setting up the encoder', path);
  const codec = ffmpeg().Codec.findEncoderByName(FF_ENCODER_LIBX264);
  if (codec === null)
    throw new VideoError('VIDEO_ENCODE_FAILED', {
      source: path,
      expected: 'an FFmpeg with libx264',
      received: 'one without',
    });
  const { width, height, fps, gop = count, crf, preset } = options;
  const encoder = scope.own(new (ffmpeg().CodecContext)(), (value) => value.freeContext());
  encoder.allocContext3(codec);
  encoder.width = width;
  encoder.height = height;
  encoder.pixelFormat = AV_PIX_FMT_YUV420P;
  encoder.colorSpace = AVCOL_SPC_SMPTE170M;
  encoder.colorRange = AVCOL_RANGE_MPEG;
  encoder.framerate = new (ffmpeg().Rational)(Math.round(fps * 1000), 1000);
  encoder.timeBase = pace.tick;
  encoder.gopSize = gop;
  encoder.maxBFrames = 0;
  encoder.threadCount = 1;
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  check(encoder.setOption('preset', preset));
  check(encoder.setOption('crf', crf));
  check(encoder.setOption('x264-params', X264_PARAMETERS));
  check(encoder.open2Sync(codec));
  return encoder;
}

type Check = (status: number, doing: string) => number;

function allocateFrame({ width, height }: Size, format: Frame['format'], scope: Scope, check: Check): Frame {
  const frame = scope.own(new (ffmpeg().Frame)(), (value) => value.free());
  frame.alloc();
  frame.width = width;
  frame.height = height;
  frame.format = format;
  check(frame.getBuffer(), 'allocating a frame');
  return frame;
}

function drain(
  encoder: CodecContext,
  packet: Packet,
  pace: FramePace,
  stream: Stream,
  format: FormatContext,
  check: Check,
): void {
  for (;;) {
    const status = encoder.receivePacketSync(packet);
    if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
    check(status, 'encoding');
    packet.streamIndex = 0;
    // Without a duration of its own the last frame would fall out of the container's edit list.
    packet.duration = pace.duration(packet.pts);
    packet.rescaleTs(encoder.timeBase, stream.timeBase);
    check(format.interleavedWriteFrameSync(packet), 'writing a packet');
  }
}
