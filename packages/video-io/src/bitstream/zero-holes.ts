import type { CodecParameters } from 'node-av/lib';
import { nalLengthBytes, nalUnits } from './nal-units.js';

/** True when a packet's bytes cannot have come from an encoder. */
export type PacketCheck = (bytes: Buffer) => boolean;

/**
 * Zeros in a row that no encoder writes: within a unit, two zero bytes are never followed by a third, a 3
 * comes between (ITU-T H.264, 7.4.1). Sixteen leaves room for muxers that glue units together.
 */
const HOLE = Buffer.alloc(16);

/**
 * A check for holes in H.264 and HEVC streams whose units carry their length, as broken downloads leave
 * them. The entropy decoder may take a hole for picture content and give a wrong frame without an error.
 * Undefined for other streams, which have no such rule.
 */
export function packetCheck(parameters: CodecParameters): PacketCheck | undefined {
  const lengthBytes = nalLengthBytes(parameters);
  if (lengthBytes === undefined) return undefined;
  return (bytes) => {
    const units = nalUnits(bytes, lengthBytes);
    return units === undefined || units.some(({ start, end }) => hasHole(bytes.subarray(start, end)));
  };
}

function hasHole(unit: Buffer): boolean {
  const at = unit.indexOf(HOLE);
  if (at < 0) return false;
  // Zeros up to the end of the unit are padding.
  return unit.subarray(at).some((byte) => byte !== 0);
}
