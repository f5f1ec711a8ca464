import { readFileSync } from 'node:fs';

/**
 * A reader of event files, written from the published schemas alone: TFRecord framing, the wire forms of protocol buffers, and
 * the fields of event.proto, summary.proto and tensor.proto.
 */

/** What an event of a file says. */
export interface ReadEvent {
  readonly time: number;
  readonly step: number;
  readonly version?: string;
  /** 1 is START. */
  readonly status?: number;
  readonly scalars: Readonly<Record<string, number>>;
  readonly texts: Readonly<Record<string, string>>;
}

/** Throws unless every byte of the file belongs to a record whose checksums are right. */
export function readEventFile(path: string): ReadEvent[] {
  const file = readFileSync(path);
  const events: ReadEvent[] = [];
  let at = 0;
  while (at < file.length) {
    const length = Number(file.readBigUInt64LE(at));
    requireSum(file.subarray(at, at + 8), file.readUInt32LE(at + 8));
    const data = file.subarray(at + 12, at + 12 + length);
    requireSum(data, file.readUInt32LE(at + 12 + length));
    events.push(eventOf(data));
    at += length + 16;
  }
  return events;
}

/** The checksum bit by bit, by long division with the polynomial 0x1EDC6F41 of Castagnoli. */
export function slowCrc32c(bytes: Uint8Array): number {
  let rest = 0xffffffffn;
  for (const byte of bytes) {
    // Bits of a byte enter in the order from the lowest one.
    for (let bit = 0; bit < 8; bit++) {
      const into = (rest >> 31n) ^ BigInt((byte >> bit) & 1);
      rest = (rest << 1n) & 0xffffffffn;
      if (into === 1n) rest ^= 0x1edc6f41n;
    }
  }
  const reflected = Array.from({ length: 32 }, (_, bit) => ((rest >> BigInt(bit)) & 1n) << BigInt(31 - bit));
  return Number(reflected.reduce((sum, bit) => sum | bit, 0n) ^ 0xffffffffn);
}

function requireSum(bytes: Uint8Array, stored: number): void {
  const crc = BigInt(slowCrc32c(bytes));
  const rotated = ((crc >> 15n) | (crc << 17n)) & 0xffffffffn;
  if (Number((rotated + 0xa282ead8n) & 0xffffffffn) !== stored) throw new Error('a checksum is wrong');
}

type Fields = Readonly<Record<number, readonly (number | Buffer)[]>>;

/** The fields of a message by number; varints and floats as numbers. */
function fieldsOf(message: Buffer): Fields {
  const fields: Record<number, (number | Buffer)[]> = {};
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message.readUInt8(at++);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const [field, wire] = [Math.floor(key / 8), key % 8];
    let value: number | Buffer;
    if (wire === 0) value = varint();
    else if (wire === 1) {
      value = message.readDoubleLE(at);
      at += 8;
    } else if (wire === 5) {
      value = message.readFloatLE(at);
      at += 4;
    } else if (wire === 2) {
      const length = varint();
      if (at + length > message.length) throw new Error('a field is longer than its message');
      value = message.subarray(at, at + length);
      at += length;
    } else throw new Error(`wire type ${wire}`);
    fields[field] = [...(fields[field] ?? []), value];
  }
  return fields;
}

const numberOf = (fields: Fields, field: number): number => (fields[field]?.[0] as number | undefined) ?? 0;
const textOf = (fields: Fields, field: number): string => (fields[field]![0] as Buffer).toString('utf8');
const messageOf = (fields: Fields, field: number): Fields => fieldsOf(fields[field]![0] as Buffer);

function eventOf(data: Buffer): ReadEvent {
  const event = fieldsOf(data);
  const scalars: Record<string, number> = {};
  const texts: Record<string, string> = {};
  for (const value of (event[5] ? fieldsOf(event[5][0] as Buffer)[1] : []) ?? []) {
    const parts = fieldsOf(value as Buffer);
    const tag = textOf(parts, 1);
    if (tag in scalars || tag in texts) throw new Error(`${tag} twice`);
    if (parts[2]) {
      scalars[tag] = numberOf(parts, 2);
      continue;
    }
    const tensor = messageOf(parts, 8);
    if (numberOf(tensor, 1) !== 7) throw new Error('a tensor of something else than strings');
    if ((tensor[2]![0] as Buffer).length !== 0) throw new Error('a tensor with axes');
    if (textOf(messageOf(messageOf(parts, 9), 1), 1) !== 'text') throw new Error('another plugin');
    texts[tag] = textOf(tensor, 8);
  }
  return {
    time: numberOf(event, 1),
    step: numberOf(event, 2),
    ...(event[3] ? { version: textOf(event, 3) } : {}),
    ...(event[7] ? { status: numberOf(messageOf(event, 7), 1) } : {}),
    scalars,
    texts,
  };
}
