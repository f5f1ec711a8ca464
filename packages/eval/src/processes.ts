import { type Field, objectWith } from '@tgm/options';

/**
 * Processes that measure together, as one of them sees them; a `Collective` of `@tgm/train` is such. All of them measure the same by
 * the same calls. Each computes a share of what takes long, and all find the same figures.
 */
export interface Processes {
  /** The number of this process, from 0 to size - 1. */
  readonly rank: number;
  readonly size: number;
  /** The bytes of all processes in the order of their ranks; they may differ in length. Ends when every process has called it. */
  allGather(bytes: Uint8Array): Promise<Uint8Array[]>;
}

export const processesField = (): Field<Processes> =>
  objectWith('processes, such as `await mpiProcesses()` of @tgm/train', ['rank', 'size', 'allGather']);

/** A part of a list, end exclusive. */
export interface Share {
  readonly from: number;
  readonly to: number;
}

/**
 * What this process computes of `count` things. Shares are whole passes, so that each pass holds what it holds in one process, and gives
 * the same bits.
 *
 * @param batchSize things of a pass.
 */
export function shareOf(processes: Processes | undefined, count: number, batchSize: number): Share {
  if (!processes) return { from: 0, to: count };
  const { rank, size } = processes;
  const passes = Math.ceil(count / batchSize);
  const before = (ranks: number): number => Math.min(count, batchSize * Math.floor((passes * ranks) / size));
  return { from: before(rank), to: before(rank + 1) };
}

/** The numbers of all processes, one share behind the other. */
export async function gathered<Numbers extends Float32Array | Float64Array>(
  processes: Processes | undefined,
  numbers: Numbers,
): Promise<Numbers> {
  if (!processes) return numbers;
  const { buffer, byteOffset, byteLength } = numbers;
  const shares = await processes.allGather(new Uint8Array(buffer, byteOffset, byteLength));
  const all = new Uint8Array(shares.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const share of shares) {
    all.set(share, at);
    at += share.length;
  }
  const Kind = numbers.constructor as new (buffer: ArrayBuffer) => Numbers;
  return new Kind(all.buffer);
}

/** What each process says, in the order of their ranks. Numbers are finite. */
export async function gatheredJson<Value>(processes: Processes, value: Value): Promise<Value[]> {
  const shares = await processes.allGather(new TextEncoder().encode(JSON.stringify(value)));
  return shares.map((bytes) => JSON.parse(new TextDecoder().decode(bytes)));
}

/** How many are done in all, where the others are as far as this process is with its share. */
export const doneOfAll = (done: number, { from, to }: Share, count: number): number =>
  Math.round((done / (to - from)) * count);
