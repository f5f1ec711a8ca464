import { optional, optionTable, text } from '@tgm/options';
import { TrainError } from '../errors.js';
import { type Announced, arrival } from './arrival.js';
import { callClock } from './call-clock.js';
import { type Collective, EXCHANGED, type Exchanged } from './collective.js';
import { type Launched, launchedBy } from './launcher.js';
import { type LoadedMpi, loadMpi } from './load-mpi.js';
import { initialiseMpi, type MpiCalls } from './mpi-calls.js';

export interface MpiProcessesOptions {
  /**
   * `open-mpi`, `mpich`, or the path of a shared library of either. Default: the library of the launcher that started this process;
   * without one the first that is there.
   */
  readonly library?: string;
}

/**
 * Bytes that are exchanged at a time. 96 MB are summed fastest in parts of 1 to 16 MiB, and it bounds the memory that the library takes
 * besides. It is part of what decides the last bits of a sum.
 */
const BUCKET = 4 * 2 ** 20;

const OPTIONS = optionTable(
  'mpiProcesses',
  { library: optional(text()) } satisfies Record<keyof MpiProcessesOptions, unknown>,
  TrainError,
);

/**
 * The processes that `mpirun` or `srun` started together, by MPI: Open MPI or MPICH, called through koffi. A process that no launcher
 * started is alone. MPI begins and ends once in a process.
 *
 * Waiting does not block the event loop, nor does it take a processor's time.
 *
 * Sums have the same bits in every run with as many processes, as long as they lie on the hosts in the same way: the library is
 * given the same arrays in buckets of the same size, and both libraries choose the order of a sum by its size and by the places of the
 * processes, never by who comes first.
 *
 * A process that ends in any way without `close` ends the job, with its code, or with 1 where that is 0.
 *
 * @throws TrainError `OPTION_INVALID`, `MPI_MISSING` with what to install, `MPI_FAILED`, `LAUNCHER_DISAGREES` where the launcher says
 *   another rank or another number of processes than MPI.
 */
export async function mpiProcesses(options: MpiProcessesOptions = {}): Promise<Collective> {
  const { library } = OPTIONS.check(options);
  const { where } = OPTIONS;
  const loaded = await loadMpi(where, library);
  const mpi = initialiseMpi(where, loaded);
  const ended = (code: number) => {
    // Node would wait for a call on another thread, and that for a rank that is not there any more.
    if (mpi.busy()) mpi.abort(code || 1);
    // The launchers end the others where one of them has failed. MPICH's takes 0 for a success of all.
    else if (code === 0) process.exitCode = 1;
  };
  if (mpi.size > 1) process.once('exit', ended);
  requireLaunched(where, mpi, loaded, launchedBy(process.env));

  let last: Promise<unknown> = Promise.resolve();
  let broken: unknown;
  /** One after the other; after an error never again. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(async () => {
      if (broken) throw broken;
      try {
        return await clock.call(work);
      } catch (error) {
        broken = error;
        throw error;
      }
    });
    last = turn.catch(() => undefined);
    return turn;
  }
  const clock = callClock();
  const announced = (what: Announced) => clock.peers(() => arrival(mpi, where, what));

  return {
    rank: mpi.rank,
    size: mpi.size,
    allReduceSum: (numbers) =>
      inTurn(async () => {
        await announced({ call: 'allReduceSum', numbers });
        for (const bucket of bucketsOf(numbers, BUCKET / Float32Array.BYTES_PER_ELEMENT))
          await mpi.allReduceSum(bucket);
      }),
    allGather: <Numbers extends Exchanged>(numbers: Numbers) =>
      inTurn(async () => {
        const lengths = await announced({ call: 'allGather', numbers });
        const gathered = lengths.map((length) => emptyLike(numbers, length));
        await gatherBytes(mpi, bytesOf(numbers), gathered.map(bytesOf));
        return gathered;
      }),
    broadcast: (numbers) =>
      inTurn(async () => {
        await announced({ call: 'broadcast', numbers });
        for (const bucket of bucketsOf(bytesOf(numbers), BUCKET)) await mpi.broadcast(bucket);
      }),
    barrier: () => inTurn(async () => void (await announced({ call: 'barrier' }))),
    times: clock.times,
    abort: (code) => mpi.abort(code),
    close: () =>
      inTurn(async () => {
        await announced({ call: 'close' });
        process.off('exit', ended);
        mpi.finalize();
        broken = new TrainError('MPI_FAILED', { where, expected: 'no call behind close', received: 'one' });
      }),
  };
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

/** Two processes that each think they are alone would train the same, and write over each other. */
function requireLaunched(
  where: string,
  mpi: MpiCalls,
  loaded: LoadedMpi,
  launched: Launched | undefined,
): void {
  if (!launched) return;
  const { size, rank } = launched;
  const wrong =
    size && size.value !== mpi.size
      ? { said: `${size.value} processes, as ${launched.by} says by ${size.variable}`, is: `${mpi.size}` }
      : rank && rank.value !== mpi.rank
        ? { said: `rank ${rank.value}, as ${launched.by} says by ${rank.variable}`, is: `${mpi.rank}` }
        : undefined;
  if (!wrong) return;
  throw new TrainError('LAUNCHER_DISAGREES', {
    where,
    expected: wrong.said,
    received: `${wrong.is} of ${loaded.version}, from ${loaded.file}`,
    advice: launched.advice,
  });
}
