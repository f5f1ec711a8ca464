import type { CodecParameters, FormatContext, Stream } from 'node-av/lib';
import { VideoError } from '../errors.js';
import type { Rectangle, Size } from '../video.js';
import { checkStatus } from './ffmpeg.js';
import {
  AV_DISPOSITION_ATTACHED_PIC,
  AV_NOPTS_VALUE,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_PKT_DATA_FRAME_CROPPING,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from './ffmpeg-constants.js';
import { type Orientation, readOrientation } from './orientation.js';

/** FFmpeg's clock for a whole container: microseconds. */
const CONTAINER_TICK = 1e-6;

/** FFmpeg's names of transport and program streams. */
const JOINABLE = ['mpegts', 'mpeg'];

/** FFmpeg's names of streams without a container. */
const BARE = ['h264', 'hevc', 'm4v', 'mpegvideo'];

/** What is found out about a video's streams when it is opened: plain data, true for as long as the file stays. */
export interface StreamHeader {
  /** Number of the best video stream. */
  readonly stream: number;
  /** Size of a coded frame; single frames may have others. */
  readonly size: Size;
  /** The part of a coded frame of that size that is meant to be seen. */
  readonly visible: Rectangle;
  readonly orientation: Orientation;
  /** Width of a coded pixel over its height. */
  readonly pixelAspect: number;
  /** Where the video's clock stands at 0: stamps of the picked stream, perhaps with a fraction. */
  readonly origin: number;
  /** True for MPEG's streams: recordings are joined byte by byte in them, so that stamps may jump. */
  readonly joinable: boolean;
  /** True for a stream without a container: FFmpeg makes up its stamps. */
  readonly bare: boolean;
  /** Seconds that the container says it lasts; 0 when it does not, as in streams that are joinable. */
  readonly duration: number;
  /** Mean seconds of a frame, and where that is not known, a moment. */
  readonly meanFrame: number;
  /** Frames by which the decoder must hold back to give them in order. */
  readonly delay: number;
  /** True when the container told the decoder before a frame was decoded all that it told after, but the delay. */
  readonly toldAtOnce: boolean;
}

/** Decodes a little of each stream of a freshly opened container, for what its own header leaves open. */
export function readHeader(format: FormatContext, source: string): StreamHeader {
  const before = format.streams.map(({ codecpar }) => decoderSetup(codecpar));
  checkStatus(format.findStreamInfoSync(), 'VIDEO_UNREADABLE', 'reading the streams', source);
  const stream = pickStream(format, source);
  const { codecpar, avgFrameRate, index } = stream;
  const formatName = format.iformat?.name ?? '';
  const joinable = JOINABLE.includes(formatName);
  const { num, den } =
    stream.sampleAspectRatio.num > 0 ? stream.sampleAspectRatio : codecpar.sampleAspectRatio;
  return {
    stream: index,
    size: { width: codecpar.width, height: codecpar.height },
    visible: readCropping(codecpar),
    orientation: readOrientation(codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)),
    pixelAspect: num > 0 && den > 0 ? num / den : 1,
    origin: presentationStart(format, stream),
    joinable,
    bare: BARE.includes(formatName),
    // FFmpeg takes the difference of the last stamp and the first, which tells nothing across a jump.
    duration: !joinable && format.duration > 0n ? Number(format.duration) * CONTAINER_TICK : 0,
    meanFrame: avgFrameRate.num > 0 ? avgFrameRate.den / avgFrameRate.num : CONTAINER_TICK,
    delay: codecpar.videoDelay,
    toldAtOnce: before[index] === decoderSetup(codecpar),
  };
}

/**
 * The first stamp of the earliest stream, in ticks of `stream`: players show it as 0, whatever the container counts from.
 * Sound with negative stamps does not count as earlier than 0: it is the run-in of its decoder, which is not played.
 */
function presentationStart(format: FormatContext, stream: Stream): number {
  const { timeBase } = stream;
  const starts = format.streams.flatMap(({ codecpar, startTime, timeBase: own, disposition }) => {
    const sound = codecpar.codecType === AVMEDIA_TYPE_AUDIO;
    if (!sound && codecpar.codecType !== AVMEDIA_TYPE_VIDEO) return [];
    if (startTime === AV_NOPTS_VALUE || (disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0) return [];
    const ticks = (Number(startTime) * (own.num * timeBase.den)) / (own.den * timeBase.num);
    return [sound ? Math.max(ticks, 0) : ticks];
  });
  return starts.length === 0 ? 0 : Math.min(...starts);
}

/** Leaves out what the container says is not to be seen: four 32-bit numbers, top, bottom, left, right. */
function readCropping(parameters: CodecParameters): Rectangle {
  const { width, height } = parameters;
  const whole = { x: 0, y: 0, width, height };
  const data = parameters.getCodedSideData(AV_PKT_DATA_FRAME_CROPPING);
  if (data === null || data.length < 16) return whole;
  const [top, bottom, left, right] = [0, 4, 8, 12].map((offset) => data.readUInt32LE(offset)) as [
    number,
    number,
    number,
    number,
  ];
  const visible = { x: left, y: top, width: width - left - right, height: height - top - bottom };
  // A header that leaves less than the two pixels that a crop needs is broken.
  return visible.width >= 2 && visible.height >= 2 ? visible : whole;
}

/** What a decoder cannot learn, or not as well, from the pictures themselves. */
function decoderSetup({ codecId, codecTag, width, height, extradata }: CodecParameters): string {
  return [codecId, codecTag, width, height, extradata?.toString('latin1')].join(' ');
}

function pickStream(format: FormatContext, source: string): Stream {
  const best = format.findBestStream(AVMEDIA_TYPE_VIDEO);
  const stream = best >= 0 ? format.streams[best] : undefined;
  if (stream === undefined || (stream.disposition & AV_DISPOSITION_ATTACHED_PIC) !== 0) {
    throw new VideoError('VIDEO_NO_STREAM', { source, expected: 'a video stream', received: 'none' });
  }
  return stream;
}
