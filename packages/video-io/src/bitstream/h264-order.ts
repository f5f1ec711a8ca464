import { bitReader, unescapeNal } from './bit-reader.js';
import { type SequenceFacts, sequenceFacts } from './h264-sps.js';
import { IDR_SLICE, isReferenced, SEQUENCE_PARAMETERS, unitType } from './h264-units.js';

/** What lies before the place in presentation order in a slice's header takes less than this many bytes. */
const HEADER_BYTES = 32;

/** Tells the places of pictures in presentation order, which only their slices know where the container does not. */
export interface PictureOrder {
  /** The next parameter set in decoding order. */
  learn(unit: Buffer): void;
  /**
   * Place of the next picture among those since the last IDR picture, by its first slice. Where slices do not tell,
   * pictures are shown as they are decoded.
   */
  placeOf(slice: Buffer): number;
}

/** @param header Units of the stream's header. */
export function pictureOrder(header: readonly Buffer[]): PictureOrder {
  let sequence: SequenceFacts | undefined;
  /** Place of the last picture that others are predicted from. */
  let before = 0;
  let decoded = 0;
  const learn = (unit: Buffer): void => {
    if (unitType(unit[0]!) === SEQUENCE_PARAMETERS) sequence = sequenceFacts(unit) ?? sequence;
  };
  for (const unit of header) learn(unit);

  return {
    learn,
    placeOf(slice) {
      const idr = unitType(slice[0]!) === IDR_SLICE;
      if (idr) [before, decoded] = [0, 0];
      const place = decoded++;
      if (sequence?.orderBits === undefined) return place;
      const low = lowBits(slice, sequence, idr, sequence.orderBits);
      const told = nearest(low, before, 2 ** sequence.orderBits);
      if (isReferenced(slice[0]!)) before = told;
      return told;
    },
  };
}

/** `pic_order_cnt_lsb` of a slice's header (ITU-T H.264, 7.3.3). */
function lowBits(slice: Buffer, sequence: SequenceFacts, idr: boolean, bits: number): number {
  const reader = bitReader(unescapeNal(slice.subarray(1, HEADER_BYTES)));
  reader.unsigned(); // first block
  reader.unsigned(); // type
  reader.unsigned(); // picture parameters
  if (sequence.separatePlanes) reader.bits(2);
  reader.bits(sequence.frameNumberBits);
  if (!sequence.wholeFrames && reader.bits(1) === 1) reader.bits(1);
  if (idr) reader.unsigned();
  return reader.bits(bits);
}

/** The number with these low bits that lies nearest to another (ITU-T H.264, 8.2.1.1). */
function nearest(low: number, other: number, range: number): number {
  const high = Math.floor(other / range) * range;
  const past = other - high;
  if (low < past && past - low >= range / 2) return high + range + low;
  if (low > past && low - past > range / 2) return high - range + low;
  return high + low;
}
