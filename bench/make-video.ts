import {
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_LOG_QUIET,
  AV_PIX_FMT_YUV420P,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  FF_ENCODER_LIBX264,
} from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, FormatContext, Frame, Log, Packet, Rational } from 'node-av/lib';

export interface VideoSpec {
  readonly width: number;
  readonly height: number;
  /** Whole. */
  readonly fps: number;
  readonly frameCount: number;
  /** Frames from one I-frame to the next. */
  readonly gop: number;
}

/** Squares of texture that cross a slowly panning ground. Brightness 0-255. */
function luma(x: number, y: number, t: number, width: number): number {
  for (let i = 0; i < 5; i++) {
    const u = (x - 70 * i - ((i + 1) * t) / 2 + 3400) % width;
    const v = y - 45 * i - 10 * Math.sin(t / 20 + i);
    if (u < 48 && v >= 0 && v < 48) return 120 + 50 * Math.sin(u / 3) * Math.cos(v / (4 + i)) + 10 * i;
  }
  const [px, py] = [x + t / 2, y + t / 4];
  return 110 + 40 * Math.sin(px / 23) * Math.cos(py / 31) + 25 * Math.sin(px * py * 0.004);
}

/** [height * width * 3 / 2] planes of YUV 4:2:0 in limited range: brightness, and colours that move along. */
function picture({ width, height }: VideoSpec, t: number): Buffer {
  const [columns, rows] = [width / 2, height / 2];
  const planes = Buffer.alloc(width * height + 2 * columns * rows);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++)
      planes[at++] = Math.max(16, Math.min(235, Math.round(luma(x, y, t, width))));
  }
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) planes[at++] = 100 + ((x + t) % 40);
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) planes[at++] = 150 - ((y + t) % 30);
  return planes;
}

/**
 * Writes a video as others encode theirs, x264's preset `medium` with its B-frames and references. `encodeVideo` of
 * `@tgm/video-io` has neither.
 *
 * @param path ends in `.mp4`.
 */
export function makeVideo(path: string, spec: VideoSpec): void {
  const { width, height, frameCount } = spec;
  Log.setLevel(AV_LOG_QUIET);
  const format = new FormatContext();
  check(format.allocOutputContext2(null, 'mp4', path));
  const encoder = openEncoder(spec);
  const stream = format.newStream(null);
  check(stream.codecpar.fromContext(encoder));
  stream.timeBase = encoder.timeBase;
  check(format.openOutputSync());
  check(format.writeHeaderSync());
  const packet = new Packet();
  packet.alloc();
  const send = (frame: Frame | null): void => {
    check(encoder.sendFrameSync(frame));
    for (;;) {
      const status = encoder.receivePacketSync(packet);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      check(status);
      packet.streamIndex = 0;
      packet.duration = 1n;
      packet.rescaleTs(encoder.timeBase, stream.timeBase);
      check(format.interleavedWriteFrameSync(packet));
    }
  };
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { width, height, format: AV_PIX_FMT_YUV420P });
  check(frame.getBuffer());
  for (let t = 0; t < frameCount; t++) {
    check(frame.makeWritable());
    check(frame.fromBuffer(picture(spec, t)));
    frame.pts = BigInt(t);
    send(frame);
  }
  send(null);
  check(format.writeTrailerSync());
  format.closeOutputSync();
  for (const owned of [packet, frame]) owned.free();
  for (const owned of [encoder, format]) owned.freeContext();
}

function openEncoder({ width, height, fps, gop }: VideoSpec): CodecContext {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264)!;
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  Object.assign(encoder, {
    width,
    height,
    pixelFormat: AV_PIX_FMT_YUV420P,
    gopSize: gop,
    maxBFrames: 3,
    threadCount: 1,
  });
  encoder.timeBase = new Rational(1, fps);
  encoder.framerate = new Rational(fps, 1);
  encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  for (const [name, value] of Object.entries({ preset: 'medium', crf: '23' }))
    check(encoder.setOption(name, value));
  check(encoder.open2Sync(codec));
  return encoder;
}

function check(status: number): void {
  FFmpegError.throwIfError(status);
}
