import { createHash } from 'node:crypto';

/** Two int32 numbers that are equal for equal texts: 64 bits of a hash. */
export function textKey(text: string): readonly [number, number] {
  const digest = createHash('sha256').update(text).digest();
  return [digest.readInt32LE(0), digest.readInt32LE(4)];
}
