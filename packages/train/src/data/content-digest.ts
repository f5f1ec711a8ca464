import { createHash, type Hash } from 'node:crypto';

/** Ids that are looked at in a data set. */
const MOST_IDS = 1000;

/** Bytes that are looked at in an array. */
const MOST_BYTES = 256;

/**
 * Tells data sets apart by their number of samples and up to 1000 of their ids, spread evenly. Whoever exchanges videos
 * under the same ids is not found out.
 */
export async function digestOfIds(
  length: number,
  id: (index: number) => string | Promise<string>,
): Promise<string> {
  const hash = createHash('sha256').update(`${length}`);
  const count = Math.min(length, MOST_IDS);
  for (let each = 0; each < count; each++) {
    hash.update(`\n${JSON.stringify(await id(Math.floor((each * length) / count)))}`);
  }
  return hash.digest('hex');
}

/** Adds an array to a hash: its length, and 256 of its bytes, spread evenly. */
export function addSomeBytes(hash: Hash, { buffer, byteOffset, byteLength }: ArrayBufferView): void {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  const count = Math.min(byteLength, MOST_BYTES);
  hash.update(`\n${byteLength}:`);
  hash.update(
    Uint8Array.from({ length: count }, (_, each) => bytes[Math.floor((each * byteLength) / count)]!),
  );
}

/** Numbers that are looked at where the last digits depend on the machine. */
const FEW = 8;

/** 8 of an array's numbers, spread evenly, to two decimals. */
export function fewNumbers(values: Float32Array): number[] {
  const count = Math.min(values.length, FEW);
  const at = (each: number): number => values[Math.floor((each * values.length) / count)]!;
  return Array.from({ length: count }, (_, each) => Math.round(at(each) * 100) / 100 + 0); // JSON has no negative zero
}
