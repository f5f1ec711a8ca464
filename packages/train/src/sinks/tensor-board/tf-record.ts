import { Buffer } from 'node:buffer';
import { maskedCrc32c } from './masked-crc32c.js';

/** A message as a TFRecord: its length as uint64, the checksum of that, the message, its checksum; little endian. */
export function recordOf(message: Uint8Array): Buffer {
  const record = Buffer.alloc(message.length + 16);
  record.writeBigUInt64LE(BigInt(message.length), 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(message, 12);
  record.writeUInt32LE(maskedCrc32c(message), message.length + 12);
  return record;
}
