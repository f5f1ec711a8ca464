import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC } from 'node-av/constants';
import type { CodecParameters } from 'node-av/lib';

/** True when a packet's bytes cannot have come from an encoder. */
export type PacketCheck = (bytes: Buffer) => boolean;

/**
 * Zeros in a row that no encoder writes: within a unit, two zero bytes are never followed by a third, a 3
 * comes between (ITU-T H.264, 7.4.1). Sixteen leaves room for muxers that glue units together.
 */
const HOLE = Buffer.alloc(16);

/**
 * A check for holes in H.264 and HEVC streams whose units carry their length (.mp4, .mov, .mkv), as broken
 * downloads leave them. The entropy decoder may take a hole for picture content and give a wrong frame
 * without an error. Undefined for other streams, which have no such rule.
 */
export function packetCheck({ codecId, extradata }: CodecParameters): PacketCheck | undefined {
  // In avcC and hvcC headers, version 1, the low two bits are the bytes of a length, less one.
  const field = codecId === AV_CODEC_ID_H264 ? 4 : codecId === AV_CODEC_ID_HEVC ? 21 : undefined;
  if (field === undefined || extradata === null || extradata[0] !== 1 || extradata.length <= field)
    return undefined;
  const lengthBytes = (extradata[field]! & 3) + 1;
  return (bytes) => {
    let at = 0;
    while (at + lengthBytes < bytes.length) {
      const start = at + lengthBytes;
      const end = start + bytes.readUIntBE(at, lengthBytes);
      if (end > bytes.length || hasHole(bytes.subarray(start, end))) return true;
      at = end;
    }
    return false;
  };
}

function hasHole(unit: Buffer): boolean {
  const at = unit.indexOf(HOLE);
  if (at < 0) return false;
  // Zeros up to the end of the unit are padding.
  return unit.subarray(at).some((byte) => byte !== 0);
}
