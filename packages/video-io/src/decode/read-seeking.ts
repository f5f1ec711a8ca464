import type { CodecContext, Frame, Packet } from 'node-av/lib';
import { referencePictures } from '../bitstream/reference-pictures.js';
import { packetCheck } from '../bitstream/zero-holes.js';
import { checkStatus } from '../container/ffmpeg.js';
import {
  AV_FRAME_FLAG_CORRUPT,
  AV_PKT_FLAG_CORRUPT,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVSEEK_FLAG_BACKWARD,
} from '../container/ffmpeg-constants.js';
import { checkPixels, type VideoLimits } from '../container/limits.js';
import { ffmpeg } from '../container/load-ffmpeg.js';
import { type OpenVideo, openDecoder } from '../container/open-video.js';
import { codingOf } from '../frame-index/frame-coding.js';
import type { FrameIndex } from '../frame-index/frame-index.js';
import { type DecodeRun, planRuns } from '../frame-index/plan-runs.js';
import type { DecodedFrame } from './read-sequential.js';
import { damaged, readPacket } from './whole-packets.js';

/**
 * Decodes chosen frames, and those that they are built on, from the entries before them. Nothing is taken on
 * trust: the packets read after a seek must be those of the index, byte position by byte position, and the
 * decoder must give exactly the frames that these packets stand for, in order and without a flaw.
 *
 * Throws `VIDEO_DECODE_FAILED` at the first difference.
 *
 * @param chosen Ascending frame numbers.
 */
export function* readSought(
  video: OpenVideo,
  index: FrameIndex,
  chosen: readonly number[],
  options: { motion: boolean; limits: VideoLimits },
): Generator<DecodedFrame> {
  const decoder = openDecoder(video, options);
  const packet = video.scope.own(new (ffmpeg().Packet)(), (value) => value.free());
  packet.alloc();
  const frame = video.scope.own(new (ffmpeg().Frame)(), (value) => value.free());
  frame.alloc();
  const feed = packetFeed(video, index, packet);
  const coding = codingOf(index, options.motion ? chosen : [], referencePictures(video.stream.codecpar));

  for (const [number, run] of planRuns(index, chosen).entries()) {
    if (number > 0) decoder.flushBuffers();
    yield* readRun(run);
  }

  function* readRun({ packets, frameIndices }: DecodeRun): Generator<DecodedFrame> {
    const start = index.pts[packets[0]!]!;
    let done = 0;
    function* drain(): Generator<DecodedFrame> {
      while (receive(decoder, frame, video)) {
        // Frames shown before the entry that they follow in the file cannot be trusted, and no one asked.
        const stamp = Number(frame.pts);
        if (stamp < start) continue;
        const expected = frameIndices[done++];
        if (expected === undefined || index.pts[index.packetOf[expected]!] !== stamp)
          throw damaged(`the order of frames near ${video.time(stamp)} s`, video);
        checkPixels(frame, options.limits, video.source);
        yield {
          frame,
          index: expected,
          time: video.time(stamp),
          coding: coding(expected),
        };
      }
    }
    for (const number of packets) {
      feed(number, number === packets[0]);
      checkStatus(decoder.sendPacketSync(packet), 'VIDEO_DECODE_FAILED', 'decoding a packet', video.source);
      packet.unref();
      yield* drain();
    }
    checkStatus(
      decoder.sendPacketSync(null),
      'VIDEO_DECODE_FAILED',
      'decoding the last packets',
      video.source,
    );
    yield* drain();
    if (done < frameIndices.length) throw damaged(`frame ${frameIndices[done]}`, video);
  }
}

/** Puts packet `number` of the index into `packet`, seeking where it is not ahead and near. */
function packetFeed(
  video: OpenVideo,
  index: FrameIndex,
  packet: Packet,
): (number: number, first: boolean) => void {
  const { format, stream } = video;
  const streamIndex = stream.index;
  const isBroken = packetCheck(stream.codecpar);
  const fits = (number: number) =>
    packet.size === index.size[number] &&
    Number(packet.pos) === index.position[number] &&
    Number(packet.pts) === index.pts[number];
  /** Number of the packet that comes next; -1 at first and after a seek, when it is not known. */
  let next = -1;

  return (number, first) => {
    if (first && number !== next) {
      format.seekFrameSync(streamIndex, BigInt(index.pts[number]!), AVSEEK_FLAG_BACKWARD);
      next = -1;
    }
    for (;;) {
      if (!readPacket(video, packet)) throw damaged(`packet ${number}`, video);
      if (packet.streamIndex === streamIndex) {
        if (next >= 0 && !fits(next)) throw damaged(`packet ${next}`, video);
        if (next >= 0 ? next++ === number : fits(number)) break;
      }
      packet.unref();
    }
    next = number + 1;
    const data = packet.data!;
    if ((packet.flags & AV_PKT_FLAG_CORRUPT) !== 0 || isBroken?.(data))
      throw damaged(`packet ${number}`, video);
    const prefix = first ? index.prefixes[index.prefixOf[number]!] : undefined;
    if (prefix) putBefore(packet, prefix);
  };
}

/** Lengthens a packet in front. Setting the bytes makes node-av forget the rest, which is set again. */
function putBefore(packet: Packet, prefix: Uint8Array): void {
  const { pts, dts, duration, flags, data } = packet;
  packet.data = Buffer.concat([prefix, data!]);
  Object.assign(packet, { pts, dts, duration, flags });
}

/** False when the decoder wants more packets, or has no more frames. */
function receive(decoder: CodecContext, frame: Frame, video: OpenVideo): boolean {
  const status = decoder.receiveFrameSync(frame);
  if (status === AVERROR_EAGAIN || status === AVERROR_EOF) return false;
  checkStatus(status, 'VIDEO_DECODE_FAILED', 'decoding a frame', video.source);
  if ((frame.flags & AV_FRAME_FLAG_CORRUPT) !== 0 || frame.decodeErrorFlags !== 0)
    throw damaged('a frame', video);
  return true;
}
