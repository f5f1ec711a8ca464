import { extname } from 'node:path';
import { number, oneOf, optional, optionTable, showValue } from '@tgm/options';
import type { SwsFlags } from 'node-av/constants';
import type { Scope } from '../container/ffmpeg.js';
import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_MPEG,
  AVCOL_SPC_SMPTE170M,
  FF_ENCODER_LIBX264,
  SWS_ACCURATE_RND,
  SWS_BILINEAR,
} from '../container/ffmpeg-constants.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import { VideoError } from '../errors.js';
import { count, evenSide, numbers, requirePath } from '../option-fields.js';
import type { Size } from '../video.js';
import { countFrames } from './count-frames.js';
import { evenPace, unevenPace } from './frame-pace.js';
import { allocateFrame, rgbFrames } from './frames-in.js';
import { openEncoder } from './open-encoder.js';
import { openStream } from './open-stream.js';
import { type OpenFile, writeWhole } from './write-whole.js';

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
  requireTimes(path, count, plan.times);
  await writeWhole(path, 'a video', (file, scope) => writeVideo(file, frames, count, plan, scope));
}

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

/** @throws {VideoError} `OPTION_INVALID` unless there is a time for each frame, one later than the other. */
function requireTimes(path: string, count: number, times: readonly number[] | undefined): void {
  const rising = (time: number, t: number, all: readonly number[]) =>
    Number.isFinite(time) && (t === 0 || time > all[t - 1]!);
  if (times === undefined || (times.length === count && Array.from(times).every(rising))) return;
  throw new VideoError('OPTION_INVALID', {
    source: path,
    expected: `${count} rising times, one a frame`,
    received: `${times.length} times`,
  });
}

function writeVideo(
  file: OpenFile,
  frames: Uint8Array,
  count: number,
  options: EncodePlan,
  scope: Scope,
): void {
  const { check } = file;
  const { width, height } = options;
  const pace = options.times ? unevenPace(options.times, options.fps) : evenPace(options.fps);
  const { fps, gop = count, crf, preset } = options;
  const encoder = openEncoder(
    file,
    {
      name: FF_ENCODER_LIBX264,
      width,
      height,
      fps,
      pixelFormat: AV_PIX_FMT_YUV420P,
      options: { preset, crf, 'x264-params': X264_PARAMETERS },
    },
    pace,
    scope,
    (context) => {
      context.colorSpace = AVCOL_SPC_SMPTE170M;
      context.colorRange = AVCOL_RANGE_MPEG;
      context.gopSize = gop;
      context.maxBFrames = 0;
      context.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
    },
  );
  const stream = openStream(file, { name: 'mp4' }, encoder, pace, scope);
  const toYuv = scope.own(new (ffmpeg().SoftwareScaleContext)(), (value) => value.freeContext());
  const quality = SWS_BILINEAR | SWS_ACCURATE_RND;
  toYuv.getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, quality as SwsFlags);
  const rgb = rgbFrames(file, frames, options, scope);
  const yuv = allocateFrame(file, options, AV_PIX_FMT_YUV420P, scope);
  for (let t = 0; t < count; t++) {
    check(yuv.makeWritable(), 'copying a frame');
    check(toYuv.scaleFrameSync(yuv, rgb(t)), 'converting a frame');
    yuv.pts = pace.stamp(t);
    stream.write(yuv);
  }
  stream.end();
}
