import type { CodecParameters } from 'node-av/lib';
import { sequenceFacts } from './h264-sps.js';
import {
  FIRST_PARTITION,
  IDR_SLICE,
  isReferenced,
  LAST_PARTITION,
  PICTURE_PARAMETERS,
  SEI,
  SEQUENCE_PARAMETERS,
  SLICE,
  unitType,
} from './h264-units.js';
import { headerSets, nalLengthBytes, nalUnits } from './nal-units.js';
import type { PacketReader } from './packet-facts.js';
import { parameterSets } from './parameter-sets.js';

/** Payload type of user data, in which x264 writes its version. */
const USER_DATA = 5;

/**
 * Entries are IDR pictures; a recovery point, which containers also flag as key, promises only that the
 * picture looks right in the end. Streams of fields are left alone: a packet may then hold half a frame.
 *
 * x264 writes its version once, in the first packet, and FFmpeg decodes 4:4:4 by the mistakes of builds
 * before 151: without it such a stream decodes to garbage, and no error. It becomes the entries' prefix.
 */
export function h264Facts(parameters: CodecParameters): PacketReader | undefined {
  const lengthBytes = nalLengthBytes(parameters);
  const header = lengthBytes === undefined ? undefined : headerSets(parameters.extradata!);
  if (lengthBytes === undefined || header === undefined) return undefined;
  if (!header.sequence.every((unit) => sequenceFacts(unit)?.wholeFrames)) return undefined;
  const sets = parameterSets([...header.sequence, ...header.picture]);
  let version: Uint8Array | undefined;

  return (packet) => {
    let pictures = 0;
    let entry = true;
    let referenced = false;
    let toldVersion = false;
    for (const { start, end } of nalUnits(packet, lengthBytes) ?? []) {
      const type = unitType(packet[start]!);
      if (type === SLICE || type === IDR_SLICE) {
        // The number of the slice's first block is 0, one bit, only where a picture begins.
        if (packet[start + 1]! >= 128) pictures++;
        if (type !== IDR_SLICE) entry = false;
        if (isReferenced(packet[start]!)) referenced = true;
      } else if (type >= FIRST_PARTITION && type <= LAST_PARTITION) return undefined;
      else if (type === SEI && packet[start + 1] === USER_DATA) {
        version = Uint8Array.from(packet.subarray(start - lengthBytes, end));
        toldVersion = true;
      } else if (type === SEQUENCE_PARAMETERS || type === PICTURE_PARAMETERS) {
        const unit = packet.subarray(start, end);
        if (type === SEQUENCE_PARAMETERS && !sequenceFacts(unit)?.wholeFrames) return undefined;
        sets.add(unit);
      }
    }
    if (!sets.endPacket()) entry = false;
    if (pictures !== 1) return undefined;
    return { shown: true, entry, referenced, prefix: toldVersion ? undefined : version };
  };
}
