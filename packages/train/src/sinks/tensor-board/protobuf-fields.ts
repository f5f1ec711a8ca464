import { Buffer } from 'node:buffer';

/**
 * Fields of protocol buffer messages, in the four wire forms that event files have. A message is its fields one after another.
 */

/** A whole number from 0, exact in a double: int64, int32 or an enumeration. */
export const integerField = (field: number, value: number): Buffer =>
  Buffer.from([...varint(field * 8), ...varint(value)]);

export function doubleField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.from([...varint(field * 8 + 1), ...bytes]);
}

export function floatField(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.from([...varint(field * 8 + 5), ...bytes]);
}

/** A text or a message. */
export function lengthField(field: number, value: string | readonly Uint8Array[]): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.concat(value);
  return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes]);
}

/** Seven bits a byte, least significant first. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}
