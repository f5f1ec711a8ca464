import {
  AV_CHANNEL_ORDER_NATIVE,
  AV_CODEC_FLAG_GLOBAL_HEADER,
  AV_CODEC_ID_MP2,
  AV_PIX_FMT_GRAY8,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUV420P10LE,
  AV_PIX_FMT_YUV444P,
  AV_PKT_DATA_FRAME_CROPPING,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVFMT_GLOBALHEADER,
  AVMEDIA_TYPE_AUDIO,
  type FFEncoderCodec,
} from 'node-av/constants';
import {
  Codec,
  CodecContext,
  FFmpegError,
  FormatContext,
  Frame,
  Packet,
  Rational,
  type Stream,
} from 'node-av/lib';
import { silenceFFmpeg } from '../container/ffmpeg.js';

const FORMATS = {
  gray: { format: AV_PIX_FMT_GRAY8, shift: undefined, bytes: 1 },
  yuv420p: { format: AV_PIX_FMT_YUV420P, shift: 1, bytes: 1 },
  yuv420p10le: { format: AV_PIX_FMT_YUV420P10LE, shift: 1, bytes: 2 },
  yuv444p: { format: AV_PIX_FMT_YUV444P, shift: 0, bytes: 1 },
} as const;

/** A video as no training set would be encoded: whatever FFmpeg can write. */
export interface TestVideo {
  readonly encoder: string;
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
  /** Brightness of a pixel, 0-255. */
  readonly luma: (x: number, y: number, frame: number) => number;
  readonly pixels?: keyof typeof FORMATS;
  readonly gop?: number;
  readonly bFrames?: number;
  /** The encoder's own options. */
  readonly options?: Readonly<Record<string, string>>;
  /** Presentation time of each frame in thousandths of a second. */
  readonly time?: (frame: number) => number;
  /** Seconds of a tick, for encoders that want frames at equal distances. Default [1, 1000]. */
  readonly tick?: readonly [number, number];
  /** Width of a pixel over its height. */
  readonly pixelAspect?: readonly [number, number];
  /** FFmpeg's name of the container, where the path's extension does not tell, and its options. */
  readonly container?: { readonly name?: string; readonly options?: Readonly<Record<string, string>> };
  /** Frames per second that the container is told. */
  readonly toldRate?: number;
  /** Pixels at the edges that the container says are not to be seen. */
  readonly cropping?: Readonly<Record<'top' | 'bottom' | 'left' | 'right', number>>;
  /** Encoded anew behind this one in the same stream, its frames numbered on. */
  readonly next?: TestVideo;
  /** A second stream of silence, in thousandths of a second. */
  readonly sound?: { readonly from: number; readonly to: number };
}

/** Writes a video; the container goes by the path's extension. */
export function writeTestVideo(path: string, video: TestVideo): void {
  silenceFFmpeg();
  // SVT-AV1 writes to stderr past FFmpeg; 1 leaves errors.
  process.env.SVT_LOG = '1';
  const format = new FormatContext();
  check(format.allocOutputContext2(null, video.container?.name ?? null, path));
  for (const [name, value] of Object.entries(video.container?.options ?? {}))
    check(format.setOption(name, value));
  const encoder = openEncoder(video, (format.oformat!.flags & AVFMT_GLOBALHEADER) !== 0);
  const stream = format.newStream(null);
  check(stream.codecpar.fromContext(encoder));
  stream.timeBase = encoder.timeBase;
  if (video.pixelAspect) stream.sampleAspectRatio = new Rational(...video.pixelAspect);
  if (video.toldRate) stream.avgFrameRate = new Rational(video.toldRate, 1);
  if (video.cropping) addCropping(stream, video.cropping);
  const sound = video.sound && newSilence(format, video.sound);
  check(format.openOutputSync());
  check(format.writeHeaderSync());
  const packet = new Packet();
  packet.alloc();
  sound?.write(packet);
  encodeFrames(video, 0, encoder, packet, stream, format);
  // The parameters of what follows come with its own packets.
  if (video.next)
    encodeFrames(video.next, video.frameCount, openEncoder(video.next, false), packet, stream, format);
  check(format.writeTrailerSync());
  format.closeOutputSync();
  packet.free();
  format.freeContext();
}

function check(status: number): void {
  FFmpegError.throwIfError(status);
}

function openEncoder(video: TestVideo, globalHeader: boolean): CodecContext {
  const { width, height, frameCount, gop = frameCount, bFrames = 0 } = video;
  const { format: pixelFormat } = FORMATS[video.pixels ?? 'yuv420p'];
  const codec = Codec.findEncoderByName(video.encoder as FFEncoderCodec)!;
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  Object.assign(encoder, { width, height, pixelFormat, gopSize: gop, maxBFrames: bFrames, threadCount: 1 });
  encoder.timeBase = new Rational(...(video.tick ?? [1, 1000]));
  encoder.framerate = new Rational(25, 1);
  if (video.pixelAspect) encoder.sampleAspectRatio = new Rational(...video.pixelAspect);
  if (globalHeader) encoder.setFlags(AV_CODEC_FLAG_GLOBAL_HEADER);
  for (const [name, value] of Object.entries(video.options ?? {})) check(encoder.setOption(name, value));
  check(encoder.open2Sync(codec));
  return encoder;
}

/** Encodes the frames of a video, numbered from `first` on, and frees the encoder. */
function encodeFrames(
  video: TestVideo,
  first: number,
  encoder: CodecContext,
  packet: Packet,
  stream: Stream,
  format: FormatContext,
): void {
  const { width, height, frameCount, time = (i) => i * 40 } = video;
  const { num, den } = encoder.timeBase;
  const ticks = (milliseconds: number) => BigInt(Math.round((milliseconds * den) / (num * 1000)));
  const drain = () => {
    for (;;) {
      const status = encoder.receivePacketSync(packet);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      check(status);
      packet.streamIndex = 0;
      if (packet.duration === 0n) packet.duration = ticks(40);
      packet.rescaleTs(encoder.timeBase, stream.timeBase);
      check(format.interleavedWriteFrameSync(packet));
    }
  };
  const frame = new Frame();
  frame.alloc();
  Object.assign(frame, { width, height, format: FORMATS[video.pixels ?? 'yuv420p'].format });
  check(frame.getBuffer());
  for (let i = first; i < first + frameCount; i++) {
    check(frame.makeWritable());
    check(frame.fromBuffer(render(video, i)));
    frame.pts = ticks(time(i));
    check(encoder.sendFrameSync(frame));
    drain();
  }
  check(encoder.sendFrameSync(null));
  drain();
  frame.free();
  encoder.freeContext();
}

/** What a container may say about pixels at the edges that are not to be seen: four 32-bit numbers. */
function addCropping(stream: Stream, { top, bottom, left, right }: NonNullable<TestVideo['cropping']>): void {
  const data = Buffer.alloc(16);
  [top, bottom, left, right].forEach((pixels, i) => {
    data.writeUInt32LE(pixels, i * 4);
  });
  stream.codecpar.addCodedSideData(AV_PKT_DATA_FRAME_CROPPING, data);
}

/** Samples in a frame of MPEG-1 audio, layer II, and of a second. */
const SOUND_FRAME = 1152;
const SOUND_RATE = 48_000;

/** A stream of silence: frames whose bit allocation is zero throughout need no encoder. */
function newSilence(format: FormatContext, { from, to }: { readonly from: number; readonly to: number }) {
  const stream = format.newStream(null);
  const { codecpar } = stream;
  codecpar.codecType = AVMEDIA_TYPE_AUDIO;
  codecpar.codecId = AV_CODEC_ID_MP2;
  codecpar.sampleRate = SOUND_RATE;
  codecpar.frameSize = SOUND_FRAME;
  codecpar.channelLayout = { nbChannels: 1, order: AV_CHANNEL_ORDER_NATIVE, mask: 4n };
  codecpar.bitRate = 64_000n;
  stream.timeBase = new Rational(1, SOUND_RATE);
  return {
    write(packet: Packet): void {
      // Layer II without check sum, 64 kbit/s, 48 kHz, one channel (ISO 11172-3, 2.4.1.3).
      const bytes = Buffer.alloc((144 * 64_000) / SOUND_RATE);
      bytes.set([0xff, 0xfd, 0x44, 0xc0]);
      const ticks = (milliseconds: number): number => (milliseconds * SOUND_RATE) / 1000;
      for (let at = ticks(from); at < ticks(to); at += SOUND_FRAME) {
        packet.data = bytes;
        packet.pts = BigInt(at);
        packet.dts = BigInt(at);
        packet.duration = BigInt(SOUND_FRAME);
        packet.streamIndex = stream.index;
        packet.rescaleTs(new Rational(1, SOUND_RATE), stream.timeBase);
        check(format.interleavedWriteFrameSync(packet));
      }
    },
  };
}

/** The planes of one frame behind each other: brightness as asked for, and if any, colour that drifts with x and time. */
function render({ width, height, luma, pixels = 'yuv420p' }: TestVideo, frame: number): Buffer {
  const { shift, bytes } = FORMATS[pixels];
  const columns = shift === undefined ? 0 : (width + shift) >> shift;
  const rows = shift === undefined ? 0 : (height + shift) >> shift;
  const buffer = Buffer.alloc((width * height + 2 * columns * rows) * bytes);
  let at = 0;
  const put = (value: number) => {
    const level = Math.max(16, Math.min(235, Math.round(value * 4) / 4));
    at = bytes === 2 ? buffer.writeUInt16LE(level * 4, at) : buffer.writeUInt8(Math.round(level), at);
  };
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) put(luma(x, y, frame));
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) put(100 + ((x + frame) % 40));
  for (let y = 0; y < rows; y++) for (let x = 0; x < columns; x++) put(150 - ((y + frame) % 30));
  return buffer;
}
