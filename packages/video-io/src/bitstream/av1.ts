import type { PacketFacts } from './packet-facts.js';

/** Types of units (AV1 bitstream specification, 6.2.2). */
const SEQUENCE_HEADER = 1;
const FRAME_HEADER = 3;
const FRAME = 6;

/**
 * A packet is a temporal unit, which shows one frame (7.5). Entries carry the sequence header and begin with
 * a key frame that is shown, which resets all that a decoder remembers; others that containers flag as key
 * show their frame later.
 */
export function av1Facts(packet: Buffer): PacketFacts | undefined {
  let sequence = false;
  let at = 0;
  while (at < packet.length) {
    const header = packet[at]!;
    const type = (header >> 3) & 15;
    const sized = (header & 2) !== 0;
    at += (header & 4) !== 0 ? 2 : 1;
    let size = 0;
    let shift = 1;
    for (let more = sized; more && at < packet.length; shift *= 128) {
      const byte = packet[at++]!;
      size += (byte & 127) * shift;
      more = byte >= 128;
    }
    if (type === SEQUENCE_HEADER) sequence = true;
    if (type === FRAME || type === FRAME_HEADER) {
      // Four bits: shows an earlier frame; two of the kind of frame, 0 for key; is shown.
      const shownKey = packet[at]! >> 4 === 1;
      return { shown: true, entry: sequence && shownKey, referenced: true };
    }
    if (!sized) break;
    at += size;
  }
  return undefined;
}
