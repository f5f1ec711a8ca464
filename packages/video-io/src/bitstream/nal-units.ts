import type { CodecParameters } from 'node-av/lib';
import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC } from '../container/ffmpeg-constants.js';

/** Where one unit lies in a packet, without its length field; end exclusive. */
export interface NalUnit {
  readonly start: number;
  readonly end: number;
}

/**
 * Bytes of the length that stands before each unit of an H.264 or HEVC stream in .mp4, .mov and .mkv.
 * Undefined for other codecs and for streams with start codes instead (.ts, .avi).
 */
export function nalLengthBytes({
  codecId,
  extradata,
}: Pick<CodecParameters, 'codecId' | 'extradata'>): number | undefined {
  // In avcC and hvcC headers, version 1, the low two bits are the bytes of a length, less one.
  const field = codecId === AV_CODEC_ID_H264 ? 4 : codecId === AV_CODEC_ID_HEVC ? 21 : undefined;
  if (field === undefined || extradata === null || extradata[0] !== 1 || extradata.length <= field)
    return undefined;
  return (extradata[field]! & 3) + 1;
}

/** The units of a packet; undefined when the lengths do not add up to it. */
export function nalUnits(packet: Buffer, lengthBytes: number): NalUnit[] | undefined {
  const units: NalUnit[] = [];
  let at = 0;
  while (at + lengthBytes < packet.length) {
    const start = at + lengthBytes;
    const end = start + packet.readUIntBE(at, lengthBytes);
    if (end > packet.length) return undefined;
    if (end > start) units.push({ start, end });
    at = end;
  }
  return units;
}

/** The units behind start codes (ITU-T H.264, annex B), as in .ts and .avi. */
export function startCodeUnits(packet: Buffer): NalUnit[] {
  const units: NalUnit[] = [];
  let start = -1;
  for (let at = packet.indexOf(START_CODE); at >= 0; at = packet.indexOf(START_CODE, at + 3)) {
    if (start >= 0) units.push({ start, end: endOf(packet, start, at) });
    start = at + 3;
  }
  if (start >= 0) units.push({ start, end: endOf(packet, start, packet.length) });
  return units.filter(({ start: from, end }) => end > from);
}

const START_CODE = Buffer.from([0, 0, 1]);

/** Without the zeros that may stand behind a unit or belong to the next start code. */
function endOf(packet: Buffer, start: number, next: number): number {
  let end = next;
  while (end > start && packet[end - 1] === 0) end--;
  return end;
}

/** The parameter sets of an H.264 stream's header, in whichever form they are stored. */
export function headerUnits({ extradata }: Pick<CodecParameters, 'extradata'>): Buffer[] {
  if (extradata === null || extradata.length === 0) return [];
  if (extradata[0] !== 1) {
    return startCodeUnits(extradata).map(({ start, end }) => extradata.subarray(start, end));
  }
  const sets = headerSets(extradata);
  return sets === undefined ? [] : [...sets.sequence, ...sets.picture];
}

/** The parameter sets of an avcC header (ISO 14496-15, 5.3.3.1); undefined when it is cut short. */
export function headerSets(header: Buffer): { sequence: Buffer[]; picture: Buffer[] } | undefined {
  let at = 5;
  const read = (countMask: number): Buffer[] | undefined => {
    if (at >= header.length) return undefined;
    const count = header[at++]! & countMask;
    const units: Buffer[] = [];
    for (let i = 0; i < count; i++) {
      if (at + 2 > header.length) return undefined;
      const end = at + 2 + header.readUInt16BE(at);
      if (end > header.length) return undefined;
      units.push(header.subarray(at + 2, end));
      at = end;
    }
    return units;
  };
  const sequence = read(31);
  const picture = sequence && read(255);
  return sequence && picture && { sequence, picture };
}
