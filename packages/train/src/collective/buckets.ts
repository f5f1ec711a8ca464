import { EXCHANGED, type Exchanged } from './collective.js';
import type { MpiCalls } from './mpi-calls.js';

/**
 * Bytes that are exchanged at a time. 96 MB are summed fastest in parts of 1 to 16 MiB, and it bounds the memory that the library takes
 * besides. It is part of what decides the last bits of a sum.
 */
const BUCKET = 4 * 2 ** 20;

/** In place, the sum over all processes. */
export async function sumInBuckets(mpi: MpiCalls, numbers: Float32Array): Promise<void> {
  for (const bucket of bucketsOf(numbers, BUCKET / Float32Array.BYTES_PER_ELEMENT))
    await mpi.allReduceSum(bucket);
}

/** In place, rank 0's numbers. */
export async function broadcastInBuckets(mpi: MpiCalls, numbers: Exchanged): Promise<void> {
  for (const bucket of bucketsOf(bytesOf(numbers), BUCKET)) await mpi.broadcast(bucket);
}

/** @param lengths elements of each rank. @returns what each of them brings. */
export async function gatherInBuckets<Numbers extends Exchanged>(
  mpi: MpiCalls,
  numbers: Numbers,
  lengths: readonly number[],
): Promise<Numbers[]> {
  const gathered = lengths.map((length) => emptyLike(numbers, length));
  await gatherBytes(mpi, bytesOf(numbers), gathered.map(bytesOf));
  return gathered;
}

/** Bytes of all ranks, a share of each at a time. */
async function gatherBytes(mpi: MpiCalls, own: Uint8Array, all: readonly Uint8Array[]): Promise<void> {
  const longest = Math.max(...all.map(({ length }) => length));
  const share = Math.min(longest, Math.ceil(BUCKET / mpi.size));
  const places = Int32Array.from(all, (_, rank) => rank * share);
  const bucket = new Uint8Array(mpi.size * share);
  for (let from = 0; from < longest; from += share) {
    const counts = Int32Array.from(all, ({ length }) => Math.min(share, Math.max(0, length - from)));
    await mpi.allGather(own.subarray(from, from + share), bucket, counts, places);
    for (const [rank, bytes] of all.entries())
      bytes.set(bucket.subarray(places[rank], places[rank]! + counts[rank]!), Math.min(from, bytes.length));
  }
}

function* bucketsOf<Numbers extends Float32Array | Uint8Array>(
  numbers: Numbers,
  length: number,
): Generator<Numbers> {
  for (let from = 0; from < numbers.length; from += length)
    yield numbers.subarray(from, from + length) as Numbers;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Exchanged): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

const emptyLike = <Numbers extends Exchanged>(numbers: Numbers, length: number): Numbers =>
  new (EXCHANGED.find((kind) => numbers instanceof kind)!)(length) as Numbers;
