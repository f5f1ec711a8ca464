import type { CodecContext, Frame, Packet } from 'node-av/lib';
import { packetCheck } from '../bitstream/zero-holes.js';
import { checkStatus } from '../container/ffmpeg.js';
import {
  AV_FRAME_FLAG_CORRUPT,
  AV_FRAME_FLAG_KEY,
  AV_NOPTS_VALUE,
  AVERROR_EAGAIN,
  AVERROR_EOF,
} from '../container/ffmpeg-constants.js';
import { checkPixels, raiseLimit, type VideoLimits } from '../container/limits.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import { type OpenVideo, openDecoder } from '../container/open-video.js';
import { VideoError } from '../errors.js';
import { frameClock } from '../frame-index/frame-clock.js';
import type { FrameCoding } from '../frame-index/frame-coding.js';
import { codingOrder } from './coding-order.js';
import { damaged, wholePackets } from './whole-packets.js';

/** One decoded picture. `frame` is valid until the next but one is read, or the video is closed. */
export interface DecodedFrame {
  readonly frame: Frame;
  /** Place in presentation order, from 0. */
  readonly index: number;
  /** Seconds on the video's clock, strictly rising. */
  readonly time: number;
  readonly coding: FrameCoding;
}

/**
 * Decodes from the start, in presentation order, every frame that is to be shown: the way for streams whose
 * packets do not tell which frames there are.
 *
 * Throws `VIDEO_DECODE_FAILED` at the first damaged packet or frame: what follows may be built on it.
 */
export function* readFrames(
  video: OpenVideo,
  options: { motion: boolean; limits: VideoLimits },
): Generator<DecodedFrame> {
  const { source, stream, scope } = video;
  const { bare } = video.header;
  const decoder = openDecoder(video, options);
  const buffers = [0, 1].map(() => {
    const frame = scope.own(new (ffmpeg().Frame)(), (value) => value.free());
    frame.alloc();
    return frame;
  });
  const isBroken = packetCheck(stream.codecpar);
  const timeOf = frameClock(video);
  const order = codingOrder(stream.codecpar);
  let count = 0;

  function* drain(): Generator<DecodedFrame> {
    for (;;) {
      const frame = buffers[count % 2]!;
      const status = decoder.receiveFrameSync(frame);
      if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return;
      checkStatus(status, 'VIDEO_DECODE_FAILED', `decoding frame ${count}`, source);
      if ((frame.flags & AV_FRAME_FLAG_CORRUPT) !== 0 || frame.decodeErrorFlags !== 0) {
        throw damaged(`frame ${count}`, video);
      }
      checkPixels(frame, options.limits, source);
      if (count >= options.limits.frameCount) throw tooManyFrames(options.limits, source);
      const { bestEffortTimestamp, duration, flags } = frame;
      const time = timeOf({
        stamp: bare || bestEffortTimestamp === AV_NOPTS_VALUE ? undefined : Number(bestEffortTimestamp),
        duration: Number(duration),
        key: (flags & AV_FRAME_FLAG_KEY) !== 0,
      });
      yield { frame, index: count++, time, coding: order.of(frame) };
    }
  }

  for (const packet of wholePackets(video)) {
    if (isBroken?.(packet.data ?? Buffer.alloc(0))) throw damaged(`a packet near frame ${count}`, video);
    order.add(packet);
    sendPacket(decoder, packet, count, source);
    yield* drain();
  }
  sendPacket(decoder, null, count, source);
  yield* drain();
}

function sendPacket(decoder: CodecContext, packet: Packet | null, count: number, source: string): void {
  checkStatus(
    decoder.sendPacketSync(packet),
    'VIDEO_DECODE_FAILED',
    `decoding a packet near frame ${count}`,
    source,
  );
}

export function tooManyFrames({ frameCount }: VideoLimits, source: string): VideoError {
  return new VideoError('VIDEO_TOO_LARGE', {
    source,
    expected: `at most ${frameCount} frames`,
    received: 'more',
    advice: raiseLimit('frameCount'),
  });
}
