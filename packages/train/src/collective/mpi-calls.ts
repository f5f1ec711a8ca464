import { setTimeout as delay } from 'node:timers/promises';
import { TrainError } from '../errors.js';
import { endNow, endWithin, exitAtOnce } from './exit-at-once.js';
import type { Launched } from './launcher.js';
import type { LoadedMpi } from './load-mpi.js';
import type { MpiHandle } from './mpi-libraries.js';
import { onOwnThread } from './own-thread.js';
import type { Wait } from './patience.js';
import { stuckCall } from './stuck-call.js';

/**
 * The calls of MPI that are used, of a library that has been initialised. Each throws TrainError `MPI_FAILED`.
 *
 * There are two ways to wait without blocking the event loop, and both are used:
 *
 * - A call that is begun (`MPI_I…`) and asked for by `MPI_Test` now and then. A process that waits so takes no time of a
 *   processor, and can end at any time. Data move in the tests only, so that large arrays take two to four times as long.
 * - A call that blocks, on a thread of koffi's. It has the full speed, but takes a whole core, and Node cannot end while it lasts.
 *
 * So processes wait for each other in the first way, and arrays move in the second, when all are there. One call at a time, which
 * is what `MPI_THREAD_SERIALIZED` asks for.
 *
 * The event loop turns in both, so that it ends a wait that has lasted too long. A call on a thread that never ends cannot be taken
 * back: from then on the end of all processes alone is of use.
 */
export interface MpiCalls {
  readonly rank: number;
  readonly size: number;
  /**
   * Gathers arrays of one length, [size * length]; waits for the slowest process.
   *
   * @returns whether all have come; else the wait was over, and nothing more can be gathered.
   */
  gatherWords(words: Int32Array, all: Int32Array, wait: Wait): Promise<boolean>;
  /** In place. */
  allReduceSum(numbers: Float32Array): Promise<void>;
  /** In place, from rank 0. */
  broadcast(bytes: Uint8Array): Promise<void>;
  /** Gathers `counts[r]` bytes of each rank r to `places[r]` of `all`. */
  allGather(bytes: Uint8Array, all: Uint8Array, counts: Int32Array, places: Int32Array): Promise<void>;
  /** Takes leave, when nothing is left to be told. MPICH may not come back from that; the process then ends alone. */
  finalize(): Promise<void>;
}

/** `MPI_THREAD_SERIALIZED`: any thread, one at a time. The same number in every library. */
const SERIALIZED = 2;

/** `MPI_MAX_ERROR_STRING` is 256 in Open MPI, 512 in MPICH. */
const ERROR_LENGTH = 512;

/** Milliseconds for which the end of a wait is asked for without a pause; from then on it is once a millisecond. */
const EAGER = 2;

const POINTER = 'void *';

type Native = {
  (...values: unknown[]): number;
  async(...values: unknown[]): void;
};

/** Milliseconds between two looks where nobody waits for the end of a wait. */
const SELDOM = 10;

/**
 * Milliseconds for which the end of MPI is waited for where it may not come. All processes have said before that they have nothing
 * more to exchange, so nothing is lost without it.
 */
const END_WAIT = 5000;

/** Seconds for which a launcher may take to hear of a failure. It does not where its host is cut off, and MPICH waits for its answer. */
const ABORT_WAIT = 10;

/** Milliseconds that a program has for its last words, where it cannot begin. */
const LAST_WORDS = 3000;

/** Milliseconds between two looks whether it has come. */
const END_LOOK = 5;

/** Milliseconds between two looks whether a call on a thread takes too long. */
const THREAD_LOOK = 100;

/**
 * Initialises MPI, once in a process. Waits until all processes have come here.
 *
 * @param launched what the launcher says of this process.
 * @param wait begins a wait for other processes.
 * @param onAbort is given what ends all processes and this one with a code, before there is anything to wait for.
 */
export async function initialiseMpi(
  where: string,
  { koffi, library, handle, version }: LoadedMpi,
  launched: Launched | undefined,
  wait: () => Wait,
  onAbort: (abort: (code: number) => void) => void,
): Promise<MpiCalls> {
  const H = library.handle;
  const native = (name: string, ...kinds: string[]) => handle.func(name, 'int', kinds) as unknown as Native;
  const resolved = (of: MpiHandle): unknown => ('number' in of ? of.number : handle.symbol(of.variable));

  const errorString = native('MPI_Error_string', 'int', POINTER, POINTER);
  const failed = (name: string, code: number): TrainError => {
    const [text, length] = [Buffer.alloc(ERROR_LENGTH), new Int32Array(1)];
    errorString(code, text, length);
    const said = text.toString('latin1', 0, length[0]!).replaceAll(/\s+/g, ' ').trim();
    return new TrainError('MPI_FAILED', {
      where: `${where}, ${name}`,
      expected: 'success',
      received: `error ${code} of ${version}: ${said}`,
    });
  };
  const checked = (name: string, code: number): void => {
    if (code !== 0) throw failed(name, code);
  };
  const call = (name: string, kinds: readonly string[], ...values: unknown[]): void =>
    checked(name, native(name, ...kinds)(...values));

  const answer = new Int32Array(1);
  const ask = (name: string, kinds: readonly string[], ...values: unknown[]): number => {
    call(name, [...kinds, POINTER], ...values, answer);
    return answer[0]!;
  };

  if (ask('MPI_Initialized', []) !== 0) {
    throw new TrainError('MPI_FAILED', {
      where,
      expected: 'a process in which MPI has not been used yet: it begins once and ends once',
      received: 'one in which it has',
    });
  }
  /** Arguments of calls that are under way, or were given up: koffi does not keep them. */
  const inHand = new Set<unknown>();
  /** Whether MPI can be told to end the others. */
  let running = false;
  let begun = false;
  const abort = (code: number): void => {
    if (running) {
      exitAtOnce(koffi);
      endWithin(koffi, ABORT_WAIT);
      native('MPI_Abort', H, 'int')(world, code);
    }
    endNow(koffi, code);
  };
  onAbort(abort);
  const begin = native('MPI_Init_thread', POINTER, POINTER, 'int', POINTER);
  await onThread('MPI_Init_thread', begin, null, null, SERIALIZED, answer).catch((error: unknown) => {
    if (error instanceof TrainError && error.code === 'RANK_SILENT') endSoon();
    throw error;
  });
  running = true;
  begun = true;
  const level = answer[0]!;
  const world = resolved(library.world);
  // Else a failing call ends the process without a word of ours.
  call('MPI_Comm_set_errhandler', [H, H], world, resolved(library.errorsReturn));
  if (level < SERIALIZED) {
    throw new TrainError('MPI_FAILED', {
      where,
      expected: 'a library that may be called by any thread, one at a time (MPI_THREAD_SERIALIZED)',
      received: `level ${level} of ${version}`,
    });
  }
  const rank = ask('MPI_Comm_rank', [H], world);
  const size = ask('MPI_Comm_size', [H], world);

  const [byte, float, sum] = [library.byte, library.float, library.sum].map(resolved);
  const test = native('MPI_Test', POINTER, POINTER, POINTER);
  const gatherBegun = native('MPI_Iallgather', POINTER, 'int', H, POINTER, 'int', H, H, POINTER);
  const reduce = native('MPI_Allreduce', POINTER, POINTER, 'int', H, H, H);
  const spread = native('MPI_Bcast', POINTER, 'int', H, 'int', H);
  const gather = native('MPI_Allgatherv', POINTER, 'int', H, POINTER, POINTER, POINTER, H, H);
  const end = native('MPI_Finalize');

  return {
    rank,
    size,
    async gatherWords(words, all, waiting) {
      // Room for a handle of either kind.
      const request = new BigInt64Array(1);
      const values = [words, all, request];
      inHand.add(values);
      const [from, each] = [words.byteLength, words.byteLength];
      checked('MPI_Iallgather', gatherBegun(words, from, byte, all, each, byte, world, request));
      const done = new Int32Array(1);
      const began = performance.now();
      for (;;) {
        checked('MPI_Test', test(request, done, library.statusIgnore));
        if (done[0] !== 0) break;
        if (waiting.over()) return false;
        await (performance.now() - began < EAGER ? nextTurn() : later(waiting));
      }
      inHand.delete(values);
      return true;
    },
    allReduceSum: (numbers) =>
      onThread('MPI_Allreduce', reduce, library.inPlace, numbers, numbers.length, float, sum, world),
    broadcast: (bytes) => onThread('MPI_Bcast', spread, bytes, bytes.length, byte, 0, world),
    allGather: (bytes, all, counts, places) =>
      onThread('MPI_Allgatherv', gather, bytes, bytes.length, byte, all, counts, places, byte, world),
    async finalize() {
      running = false;
      const ended = library.endMayNotCome ? onOwnThread(koffi, handle.symbol('MPI_Finalize')) : undefined;
      if (!ended) return onThread('MPI_Finalize', end);
      const began = performance.now();
      let code = ended();
      while (code === undefined && performance.now() - began < END_WAIT) {
        await delay(END_LOOK);
        code = ended();
      }
      if (code === undefined) process.once('exit', (own) => endNow(koffi, own));
      else checked('MPI_Finalize', code);
    },
  };

  async function onThread(name: string, called: Native, ...values: unknown[]): Promise<void> {
    inHand.add(values);
    const ended = new Promise<void>((resolve, reject) => {
      called.async(...values, (error: unknown, code: number) => {
        inHand.delete(values);
        if (error) reject(error);
        else if (code !== 0) reject(failed(name, code));
        else resolve();
      });
    });
    const waiting = wait();
    let look: NodeJS.Timeout | undefined;
    const over = new Promise<never>((_, reject) => {
      look = setInterval(() => {
        if (waiting.over()) reject(stuckCall(`${where}, ${name}`, waiting.seconds(), launched, begun));
      }, THREAD_LOOK);
    });
    try {
      await Promise.race([ended, over]);
    } finally {
      clearInterval(look);
    }
  }
}

/**
 * Node would wait for ever for the call on its thread, and so would the launcher. Nothing has begun that could be saved: so the process
 * ends as soon as its program has had the time to say why.
 */
function endSoon(): void {
  setTimeout(() => process.exit(process.exitCode || 1), LAST_WORDS);
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A process that has nothing else to do may end where nobody waits for the end of a wait. */
const later = ({ wanted }: Wait): Promise<void> =>
  new Promise((resolve) => {
    if (wanted()) setTimeout(resolve, 1);
    else setTimeout(resolve, SELDOM).unref();
  });
