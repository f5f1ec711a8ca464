import type { CodecParameters, Frame, Packet } from 'node-av/lib';
import { pictureOrder } from '../bitstream/h264-order.js';
import { IDR_SLICE, isReferenced, SLICE, unitType } from '../bitstream/h264-units.js';
import { headerUnits, nalLengthBytes, nalUnits, startCodeUnits } from '../bitstream/nal-units.js';
import {
  AV_CODEC_ID_H264,
  AV_FRAME_FLAG_KEY,
  AV_NOPTS_VALUE,
  AV_PICTURE_TYPE_B,
} from '../container/ffmpeg-constants.js';
import type { FrameCoding } from '../frame-index/frame-coding.js';

/** Follows a stream that is decoded from its start, so as to tell how each frame was coded. */
export interface CodingOrder {
  /** The next packet in decoding order. */
  add(packet: Packet): void;
  /** A frame of a packet that was added. Frames are asked for in the order of presentation. */
  of(frame: Frame): FrameCoding;
}

/** Packets to remember: H.264 keeps 16 pictures for reference and shows none later than 16 after it was decoded. */
const REMEMBERED = 64;

interface CodedPacket {
  readonly number: number;
  readonly pts: bigint;
  readonly referenced: boolean;
  /** Number of the last IDR picture, at which a decoder forgets all before. */
  readonly start: number;
  /** Place in presentation order since then. */
  readonly place: number;
}

/** By the slices' headers for H.264; for other codecs by the frames: only B-pictures are never referred to. */
export function codingOrder(parameters: CodecParameters): CodingOrder {
  return parameters.codecId === AV_CODEC_ID_H264 ? orderOfPackets(parameters) : orderOfFrames();
}

function orderOfPackets(parameters: CodecParameters): CodingOrder {
  const lengthBytes = nalLengthBytes(parameters);
  const order = pictureOrder(headerUnits(parameters));
  const packets: CodedPacket[] = [];
  /** Those whose frames have not come yet. */
  let ahead: CodedPacket[] = [];
  let count = 0;
  let start = 0;

  /** A decoder shows the first of what it holds. Where it left out pictures, a key frame is the next IDR picture. */
  function nextShown({ pts, flags }: Frame): CodedPacket | undefined {
    const byTime = pts === AV_NOPTS_VALUE ? undefined : ahead.find((packet) => packet.pts === pts);
    if (byTime !== undefined) return byTime;
    const first = ahead.reduce<CodedPacket | undefined>(
      (least, packet) => (least === undefined || shownBefore(packet, least) ? packet : least),
      undefined,
    );
    const key = (flags & AV_FRAME_FLAG_KEY) !== 0;
    return (key && ahead.find(({ number, start: own }) => number === own)) || first;
  }

  return {
    add({ data, pts }) {
      if (data === null) return;
      const units = lengthBytes === undefined ? startCodeUnits(data) : (nalUnits(data, lengthBytes) ?? []);
      const slices: Buffer[] = [];
      for (const unit of units) {
        const bytes = data.subarray(unit.start, unit.end);
        const type = unitType(bytes[0]!);
        if (type === SLICE || type === IDR_SLICE) slices.push(bytes);
        else order.learn(bytes);
      }
      const first = slices[0];
      if (first === undefined) return;
      const number = count++;
      if (unitType(first[0]!) === IDR_SLICE) start = number;
      const referenced = slices.some((slice) => isReferenced(slice[0]!));
      const packet = { number, pts, referenced, start, place: order.placeOf(first) };
      for (const list of [packets, ahead]) {
        list.push(packet);
        if (list.length > REMEMBERED) list.shift();
      }
    },
    of(frame) {
      const packet = nextShown(frame);
      if (packet === undefined) return { number: -1, referenced: false, references: () => [] };
      ahead = ahead.filter((other) => shownBefore(packet, other));
      return {
        number: packet.number,
        referenced: packet.referenced,
        references: (most) =>
          packets
            .filter(
              (other) => other.referenced && other.number < packet.number && other.number >= packet.start,
            )
            .slice(-most)
            .map(({ number }) => number)
            .reverse(),
      };
    },
  };
}

function shownBefore(a: CodedPacket, b: CodedPacket): boolean {
  return a.start === b.start ? a.place < b.place : a.start < b.start;
}

function orderOfFrames(): CodingOrder {
  let count = 0;
  let last: number | undefined;
  return {
    add() {},
    of({ pictType }) {
      const number = count++;
      const referenced = pictType !== AV_PICTURE_TYPE_B;
      const before = last;
      if (referenced) last = number;
      return { number, referenced, references: () => (before === undefined ? [] : [before]) };
    },
  };
}
