import { bitReader, unescapeNal } from './bit-reader.js';

/** Profiles whose parameter sets tell the chroma format and scaling lists (ITU-T H.264, 7.3.2.1.1). */
const HIGH_PROFILES = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

/** What a sequence parameter set says about the pictures of its stream. */
export interface SequenceFacts {
  /** True when every picture is a whole frame, never a field. */
  readonly wholeFrames: boolean;
  /** Pictures that a decoder must keep for others to be predicted from, 0-16. */
  readonly references: number;
  /** Bits of a picture's number in decoding order. */
  readonly frameNumberBits: number;
  /** Bits of a picture's place in presentation order; undefined where slices do not tell the place in this form. */
  readonly orderBits: number | undefined;
  /** True when the three planes of a picture are coded as pictures of their own. */
  readonly separatePlanes: boolean;
}

/** Undefined for a unit that is cut short. */
export function sequenceFacts(unit: Buffer): SequenceFacts | undefined {
  const reader = bitReader(unescapeNal(unit.subarray(1)));
  const profile = reader.bits(8);
  reader.bits(16); // constraints, level
  reader.unsigned(); // identity
  let separatePlanes = false;
  if (HIGH_PROFILES.has(profile)) {
    const chroma = reader.unsigned();
    if (chroma === 3) separatePlanes = reader.bits(1) === 1;
    reader.unsigned(); // luma depth
    reader.unsigned(); // chroma depth
    reader.bits(1);
    if (reader.bits(1) === 1) {
      for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) {
        if (reader.bits(1) === 1) skipScalingList(reader, list < 6 ? 16 : 64);
      }
    }
  }
  const frameNumberBits = reader.unsigned() + 4;
  const orderType = reader.unsigned();
  const orderBits = orderType === 0 ? reader.unsigned() + 4 : undefined;
  if (orderType === 1) {
    reader.bits(1);
    reader.signed();
    reader.signed();
    const cycle = reader.unsigned();
    for (let i = 0; i < cycle && !reader.exhausted; i++) reader.signed();
  }
  const references = reader.unsigned();
  reader.bits(1); // gaps
  reader.unsigned(); // width
  reader.unsigned(); // height
  const wholeFrames = reader.bits(1) === 1;
  return reader.exhausted
    ? undefined
    : { wholeFrames, references, frameNumberBits, orderBits, separatePlanes };
}

function skipScalingList(reader: { signed(): number }, length: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < length; i++) {
    if (next !== 0) next = (last + reader.signed() + 256) % 256;
    if (next !== 0) last = next;
  }
}
