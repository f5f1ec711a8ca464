import type { CodecParameters } from 'node-av/lib';
import { nalLengthBytes, nalUnits } from './nal-units.js';
import type { PacketReader } from './packet-facts.js';
import { parameterSets } from './parameter-sets.js';

/** Types of units (ITU-T H.265, table 7-1). */
const SKIPPED_LEADING = [8, 9];
const LAST_PICTURE = 31;
const IDR = [19, 20];
const CRA = 21;
const BLA = [16, 17, 18];
const FIRST_PARAMETERS = 32;
const LAST_PARAMETERS = 34;
const ENDS = [36, 37];

/**
 * Entries are IDR and CRA pictures: the standard has all pictures after a CRA in presentation order decode
 * alike from there. Those before it may not; they are reached from the entry before. Streams that were cut
 * at a CRA or hold BLA pictures have packets that decoders skip, and are left alone.
 */
export function hevcFacts(parameters: CodecParameters): PacketReader | undefined {
  const lengthBytes = nalLengthBytes(parameters);
  if (lengthBytes === undefined) return undefined;
  const sets = parameterSets(headerSets(parameters.extradata!));
  let entries = 0;

  return (packet) => {
    let pictures = 0;
    let entry = true;
    for (const { start, end } of nalUnits(packet, lengthBytes) ?? []) {
      const type = (packet[start]! >> 1) & 63;
      if (type <= LAST_PICTURE) {
        // Behind the two bytes of the unit's header, one bit marks the first slice of a picture.
        if (packet[start + 2]! >= 128) pictures++;
        if (BLA.includes(type) || (SKIPPED_LEADING.includes(type) && entries < 2)) return undefined;
        if (type !== CRA && !IDR.includes(type)) entry = false;
      } else if (ENDS.includes(type)) return undefined;
      else if (type >= FIRST_PARAMETERS && type <= LAST_PARAMETERS) sets.add(packet.subarray(start, end));
    }
    if (!sets.endPacket()) entry = false;
    if (pictures !== 1) return undefined;
    if (entry) entries++;
    return { shown: true, entry, referenced: true };
  };
}

/** The units of an hvcC header (ISO 14496-15, 8.3.3.1), as far as they are whole. */
function headerSets(header: Buffer): Buffer[] {
  const units: Buffer[] = [];
  let at = 23;
  for (let arrays = header[22] ?? 0; arrays > 0 && at + 3 <= header.length; arrays--) {
    let count = header.readUInt16BE(at + 1);
    at += 3;
    for (; count > 0 && at + 2 <= header.length; count--) {
      const end = at + 2 + header.readUInt16BE(at);
      units.push(header.subarray(at + 2, end));
      at = end;
    }
  }
  return units;
}
