import { AV_CODEC_ID_H264, AV_NOPTS_VALUE, AV_PICTURE_TYPE_B } from 'node-av/constants';
import type { CodecParameters, Frame, Packet } from 'node-av/lib';
import { nalLengthBytes, nalUnits, startCodeUnits } from '../bitstream/nal-units.js';
import type { FrameCoding } from './read-sequential.js';

/** Follows a stream that is decoded from its start, so as to tell how each frame was coded. */
export interface CodingOrder {
  /** The next packet in decoding order. */
  add(packet: Packet): void;
  /** A frame of a packet that was added. Frames are asked for in the order of presentation. */
  of(frame: Frame): FrameCoding;
}

const SLICE = 1;
const IDR_SLICE = 5;

/** Packets to remember: H.264 keeps 16 pictures for reference and shows none later than 16 after it was decoded. */
const REMEMBERED = 64;

interface CodedPacket {
  readonly number: number;
  readonly referenced: boolean;
  /** Number of the last picture at which the decoder forgot all before. */
  readonly start: number;
}

/** By the slices' headers for H.264; for other codecs by the frames: only B-pictures are never referred to. */
export function codingOrder(parameters: CodecParameters): CodingOrder {
  return parameters.codecId === AV_CODEC_ID_H264 ? orderOfPackets(parameters) : orderOfFrames();
}

function orderOfPackets(parameters: CodecParameters): CodingOrder {
  const lengthBytes = nalLengthBytes(parameters);
  const packets: CodedPacket[] = [];
  const byTime = new Map<bigint, CodedPacket>();
  let count = 0;
  let start = 0;
  return {
    add({ data, pts }) {
      if (data === null) return;
      const units = lengthBytes === undefined ? startCodeUnits(data) : (nalUnits(data, lengthBytes) ?? []);
      const headers = units.map((unit) => data[unit.start]!);
      const slices = headers.filter((header) => (header & 31) === SLICE || (header & 31) === IDR_SLICE);
      const number = count++;
      if (slices.some((header) => (header & 31) === IDR_SLICE)) start = number;
      const packet = { number, start, referenced: slices.some((header) => (header & 0x60) !== 0) };
      packets.push(packet);
      byTime.set(pts, packet);
      if (packets.length > REMEMBERED) packets.shift();
      if (byTime.size > REMEMBERED) byTime.delete(byTime.keys().next().value!);
    },
    of({ pts }) {
      const packet = pts === AV_NOPTS_VALUE ? undefined : byTime.get(pts);
      if (packet === undefined) return { number: -1, referenced: false, references: () => [] };
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
