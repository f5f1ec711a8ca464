import { Worker } from 'node:worker_threads';
import { TrainError } from '../errors.js';
import { fillHere, type TokenFiller, type TokenJob } from './fill-tokens.js';
import { arraysOf, buffersOf } from './token-arrays.js';

/** What a thread is asked: the jobs of a batch. The memory of its arrays is handed over with them. */
export interface TokenRequest {
  readonly id: number;
  readonly jobs: readonly TokenJob[];
}

/** Its answer: the arrays in the order of the jobs, whose memory it gives back, or why there are none. */
export type TokenReply =
  | { readonly id: number; readonly arrays: readonly Float32Array[] }
  | { readonly id: number; readonly failure: string };

interface Task {
  resolve(arrays: readonly Float32Array[]): void;
  reject(error: TrainError): void;
}

interface Seat {
  worker: Worker | undefined;
  readonly tasks: Map<number, Task>;
}

const BUILT_WORKER = new URL('./token-worker.js', import.meta.url);

/**
 * Fills on threads, a batch on one of them, which owns the memory of its arrays meanwhile: nothing is copied but the clips.
 *
 * - Threads start when they are first needed, and one that dies is replaced when it is needed again.
 * - All that is asked is handed over at once, since a step keeps this thread from sending more.
 * - Idle threads do not keep the program running.
 *
 * `fill` rejects with TrainError `THREAD_FAILED` when a thread dies or was closed.
 *
 * @param count threads, at least 1.
 * @param program the built thread.
 */
export function tokenThreads(count: number, program: URL = BUILT_WORKER): TokenFiller {
  const seats: Seat[] = Array.from({ length: count }, () => ({ worker: undefined, tasks: new Map() }));
  let closed = false;
  let asked = 0;

  function submit(jobs: readonly TokenJob[]): Promise<readonly Float32Array[]> {
    return new Promise((resolve, reject) => {
      if (closed) throw threadFailed('threads that are closed');
      const seat = seats.reduce((least, each) => (each.tasks.size < least.tasks.size ? each : least));
      seat.worker ??= started(seat);
      const id = asked++;
      const request: TokenRequest = { id, jobs: withOwnFrames(jobs) };
      seat.worker.postMessage(request, buffersOf(arraysOf(jobs)));
      seat.worker.ref();
      seat.tasks.set(id, { resolve, reject });
    });
  }

  function started(seat: Seat): Worker {
    const worker = new Worker(program);
    worker.unref();
    let reason = 'the end of its thread';
    let cause: Error | undefined;
    worker.on('message', (reply: TokenReply) => {
      const task = seat.tasks.get(reply.id)!;
      seat.tasks.delete(reply.id);
      if (seat.tasks.size === 0) worker.unref();
      if ('arrays' in reply) task.resolve(reply.arrays);
      else task.reject(threadFailed(reply.failure));
    });
    worker.on('error', (error) => {
      reason = `a failure of its thread: ${error.message}`;
      cause = error;
    });
    worker.on('exit', () => {
      seat.worker = undefined;
      for (const task of seat.tasks.values()) task.reject(threadFailed(reason, cause));
      seat.tasks.clear();
    });
    return worker;
  }

  return {
    async fill(jobs) {
      const arrays = arraysOf(jobs);
      const filled = await submit(jobs);
      return new Map(arrays.map((array, at) => [array, filled[at]!]));
    },
    async close() {
      closed = true;
      await Promise.all(seats.map(({ worker }) => worker?.terminate()));
    },
  };
}

/** Who fills on so many threads, 0 being the calling one, and how many batches are in the making at a time. */
export const fillerOf = (threads: number): { readonly filler: TokenFiller; readonly atOnce: number } => ({
  filler: threads > 0 ? tokenThreads(threads) : fillHere,
  atOnce: Math.max(1, threads),
});

/**
 * Clips that are parts of larger buffers as arrays of their own: sending one would send the whole buffer. A clip of several
 * jobs stays one array, which is sent once.
 */
function withOwnFrames(jobs: readonly TokenJob[]): TokenJob[] {
  const own = new Map<Uint8Array, Uint8Array>();
  return jobs.map((job) => {
    const { frames } = job;
    const whole = frames.byteLength === frames.buffer.byteLength;
    if (!own.has(frames)) own.set(frames, whole ? frames : frames.slice());
    return { ...job, frames: own.get(frames)! };
  });
}

function threadFailed(received: string, cause?: Error): TrainError {
  return new TrainError('THREAD_FAILED', {
    where: 'the threads that cut tokens',
    expected: 'tokens from a thread',
    received,
    cause,
  });
}
