/** What processes exchange: arrays of one kind on all of them. */
export type Exchanged = Float32Array | Int32Array | Uint8Array;

export const EXCHANGED = [Float32Array, Int32Array, Uint8Array] as const;

/** How long the calls of a collective have taken this process since it began, in seconds. */
export interface CallTimes {
  /** All of it, without the time that a call waited for an earlier one of this process. */
  readonly seconds: number;
  /** The part of it until all other processes had come; what is left moves and sums data. */
  readonly peerSeconds: number;
}

/**
 * Processes that train together, as one of them sees them.
 *
 * All processes make the same calls in the same order. A call ends when every process has made it. Calls that a process makes
 * before an earlier one has ended are made one after the other. Arrays are left alone until their call ends.
 *
 * Where the calls of the processes differ, all of them throw the same TrainError `RANKS_DISAGREE`. After an error a collective is
 * of no use any more: what the processes hold may differ. Only `barrier` and `close` still wait for the others, where these know
 * of the error too.
 */
export interface Collective {
  /** The number of this process, from 0 to size - 1. */
  readonly rank: number;
  /** How many processes there are, at least 1. */
  readonly size: number;
  /** What brings the processes together, as people call it: `Open MPI 4.1.4`. Absent where nothing does, or does not say. */
  readonly library?: string;
  /**
   * The sum over all processes, element by element, in place. The arrays have one length. Every process finds the same bits, and
   * the same arrays give the same bits in each run with as many processes.
   */
  allReduceSum(numbers: Float32Array): Promise<void>;
  /** The arrays of all processes in the order of their ranks; they may differ in length. The caller owns what is returned. */
  allGather<Numbers extends Exchanged>(numbers: Numbers): Promise<Numbers[]>;
  /** Rank 0's numbers, in place. The arrays have one length. */
  broadcast(numbers: Exchanged): Promise<void>;
  /** Waits until every process has come here. */
  barrier(): Promise<void>;
  /** What the calls have taken so far. */
  times(): CallTimes;
  /**
   * Says that this process cannot go on. The call in hand of each other process, or its next one, throws a TrainError `RANK_FAILED`
   * that tells the rank, its code and its words. Where several fail it is the first of them, the same on all processes.
   *
   * Where this collective has ended by an error already, nothing more is told, and that error is the one that counts.
   *
   * @returns the error that counts for this process: its own, or the `RANK_FAILED` of another that failed before it.
   *   The `cause` of `RANK_FAILED` has `rank`, and `name`, `message`, `code`, `fault`, `exitCode` and `cause` of that rank's error.
   */
  fail(error: unknown): Promise<unknown>;
  /**
   * Waits for the others and takes leave. A process that ends without it ends the job at once, with its exit code, or with 1 where that
   * is 0. Behind a failure that all know of, it waits until all have come to their end, and whoever ends then ends the job with its
   * exit code.
   */
  close(): Promise<void>;
}
