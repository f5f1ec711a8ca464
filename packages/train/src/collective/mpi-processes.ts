import { setTimeout as delay } from 'node:timers/promises';
import { number, optional, optionTable, text } from '@tgm/options';
import { TrainError } from '../errors.js';
import { broadcastInBuckets, gatherInBuckets, sumInBuckets } from './buckets.js';
import { callClock } from './call-clock.js';
import type { Collective, Exchanged } from './collective.js';
import { endWith } from './end-with.js';
import { launchedBy } from './launcher.js';
import { loadMpi } from './load-mpi.js';
import { initialiseMpi } from './mpi-calls.js';
import { LONGER, patienceOf } from './patience.js';
import { type RankFailure, rankFailed, toldError } from './rank-failure.js';
import { requireChannel } from './require-channel.js';
import { requireLaunched } from './require-launched.js';
import { type Announced, requireExchanged, roundsOf } from './rounds.js';

export interface MpiProcessesOptions {
  /**
   * `open-mpi`, `mpich`, or the path of a shared library of either. Default: the library of the launcher that started this process;
   * without one the first that is there.
   */
  readonly library?: string;
  /**
   * Seconds for which this process waits for a rank that shows no sign of life, above 0. Default 30. A rank whose event loop turns
   * shows one every few seconds, whatever it does. One that computes shows none: so it is four times the longest time for which this
   * process's own loop stood still, where that is more. Ranks above 0 wait half as long again, so that rank 0 can save its steps.
   */
  readonly patience?: number;
}

const OPTIONS = optionTable(
  'mpiProcesses',
  { library: optional(text()), patience: optional(number({ above: 0 }), 30) } satisfies Record<
    keyof MpiProcessesOptions,
    unknown
  >,
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
 * A process that ends in any way without `close` ends the job, with its code, or with 1 where that is 0. So does one that ends behind
 * a failure. A rank that shows no sign of life for too long is an error on the others, `RANK_SILENT`.
 *
 * @throws TrainError `OPTION_INVALID`, `MPI_MISSING` with what to install, `MPI_FAILED`, `LAUNCHER_DISAGREES` where the launcher says
 *   another rank or another number of processes than MPI, `RANK_SILENT` where others do not come.
 */
export async function mpiProcesses(options: MpiProcessesOptions = {}): Promise<Collective> {
  const { library, patience: seconds } = OPTIONS.check(options);
  const { where } = OPTIONS;
  requireChannel(where, process.env);
  const loaded = await loadMpi(where, library);
  let rank = 0;
  const patience = patienceOf(seconds, () => rank);
  let left = () => {};
  const launched = launchedBy(process.env);
  /** Whether the caller has been given a collective to close. */
  let given = false;
  const mpi = await initialiseMpi(where, loaded, launched, patience.wait, (abort) => {
    left = endWith(
      abort,
      (code) => given && !broken && `rank ${rank} ended without close, with ${code}: that ends all ranks.`,
    );
  });
  rank = mpi.rank;
  patience.met();
  if (mpi.size === 1) left();
  requireLaunched(where, mpi, loaded, launched);

  const clock = callClock();
  /** Calls of this process that have not ended. */
  let calls = 0;
  const rounds = roundsOf(mpi, where, () => patience.wait(() => calls > 0));
  let last: Promise<unknown> = Promise.resolve();
  /** What ended it, and whether all ranks know of it. */
  let broken: { readonly error: unknown; readonly known: boolean } | undefined;
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const failed = (failure: RankFailure): TrainError => {
    const error = rankFailed(where, failure);
    broken = { error, known: true };
    return error;
  };
  /** One after the other; after an error never again. */
  async function call<Result>(work: () => Promise<Result>): Promise<Result> {
    calls++;
    // Whoever waits for a call has something to do, even where nothing else keeps Node from ending.
    const held = setInterval(() => undefined, 2 ** 30);
    try {
      return await inTurn(() => clock.call(work));
    } catch (error) {
      const known = error instanceof TrainError && KNOWN_TO_ALL.has(error.code);
      broken ??= { error, known };
      throw error;
    } finally {
      calls--;
      clearInterval(held);
    }
  }
  async function announced(what: Announced): Promise<number[]> {
    if (broken) throw broken.error;
    const told = await clock.peers(() => rounds.together(what));
    if ('rank' in told) throw failed(told);
    return told;
  }
  /** Whether all have come to this where all know of a failure; an error of which they do not know is thrown. */
  async function settled(what: 'barrier' | 'close'): Promise<boolean> {
    if (broken?.known) await rounds.settled(what);
    return broken?.known === true;
  }

  const signEvery = Math.min(SIGN_EVERY, (seconds * 1000) / 6);
  let heard = performance.now();
  const signs = setInterval(() => {
    patience.turn();
    const now = performance.now();
    if (calls > 0) heard = now;
    if (now - heard < signEvery || (broken && !broken.known)) return;
    heard = now;
    void inTurn(async () => {
      const failure = await rounds.works();
      if (failure && !broken) failed(failure);
    }).catch((error: unknown) => {
      broken ??= { error, known: false };
    });
  }, signEvery / 5).unref();
  if (mpi.size === 1) clearInterval(signs);

  given = true;
  return {
    rank: mpi.rank,
    size: mpi.size,
    library: loaded.title,
    async allReduceSum(numbers) {
      requireExchanged(where, { call: 'allReduceSum', numbers });
      await call(async () => {
        await announced({ call: 'allReduceSum', numbers });
        await sumInBuckets(mpi, numbers);
      });
    },
    async allGather<Numbers extends Exchanged>(numbers: Numbers) {
      requireExchanged(where, { call: 'allGather', numbers });
      return call(async () => {
        const lengths = await announced({ call: 'allGather', numbers });
        return gatherInBuckets(mpi, numbers, lengths);
      });
    },
    async broadcast(numbers) {
      requireExchanged(where, { call: 'broadcast', numbers });
      await call(async () => {
        await announced({ call: 'broadcast', numbers });
        await broadcastInBuckets(mpi, numbers);
      });
    },
    barrier: () =>
      call(async () => {
        if (!(await settled('barrier'))) await announced({ call: 'barrier' });
      }),
    times: clock.times,
    async fail(error) {
      const told = toldError(error);
      await call(async () => {
        if (broken) return;
        const failure = await rounds.fails(told);
        if (failure.rank === mpi.rank) broken = { error, known: true };
        else failed(failure);
      }).catch(() => undefined);
      // Nobody can be told. Rank 0 has the time to find that out, and to save its steps.
      if (!broken!.known && mpi.rank > 0 && !isSilence(broken!.error)) await delay(LONGER * seconds * 1000);
      return broken!.known ? broken!.error : error;
    },
    close: () =>
      call(async () => {
        const known = await settled('close');
        if (!known) await announced({ call: 'close' });
        clearInterval(signs);
        // Else the end of this process ends the job, with its code.
        if (!known || launched?.takesCodes) {
          await mpi.finalize();
          left();
        }
        if (known) return;
        const error = new TrainError('MPI_FAILED', {
          where,
          expected: 'no call behind close',
          received: 'one',
        });
        broken = { error, known: false };
      }),
  };
}

/** Errors that all ranks have when one has them. */
const KNOWN_TO_ALL: ReadonlySet<string> = new Set(['RANKS_DISAGREE', 'RANK_FAILED']);

/** Milliseconds after which a process that makes no call says that it is at work, at most. */
const SIGN_EVERY = 5000;

const isSilence = (error: unknown): boolean => error instanceof TrainError && error.code === 'RANK_SILENT';
