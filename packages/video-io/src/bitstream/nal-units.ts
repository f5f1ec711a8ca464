import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC } from 'node-av/constants';
import type { CodecParameters } from 'node-av/lib';

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
