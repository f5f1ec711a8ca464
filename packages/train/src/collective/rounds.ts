import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import { EXCHANGED, type Exchanged } from './collective.js';
import type { MpiCalls } from './mpi-calls.js';
import { PATIENCE_ADVICE, type Wait } from './patience.js';
import { firstFailure, type RankFailure, type ToldError } from './rank-failure.js';

const CALLS = ['allReduceSum', 'allGather', 'broadcast', 'barrier', 'close', 'works', 'fails'] as const;

type Call = (typeof CALLS)[number];

/** What a process is about to do with the others. */
export interface Announced {
  readonly call: Exclude<Call, 'works' | 'fails'>;
  /** What it brings; absent where nothing is exchanged. */
  readonly numbers?: Exchanged;
}

/** Words of an announcement: call, kind of array (0 for none), elements, or bytes of a failure. */
const WORDS = 3;

/** Elements of an array at most: what a word can say. */
const MOST = 2 ** 31 - 1;

/** A word that nobody announces. */
const UNHEARD = -1;

/** What all processes announced, each its words; or, where some cannot go on, the failure that counts. */
type Round = { readonly ranks: readonly (readonly number[])[] } | { readonly failure: RankFailure };

/**
 * Rounds in which every process says what it is about to do, so that no library is given calls that do not fit each other: what it
 * then does is not defined. A process that works at something else says so now and then, and whoever waits for it waits for a further
 * round. A process that cannot go on says so too, and in a second round why.
 *
 * All processes take part in the same rounds, so all of them learn the same.
 */
export interface Rounds {
  /**
   * Waits until all processes are about to do the same.
   *
   * @returns elements that each rank brings, [size], or the failure that another rank told.
   * @throws TrainError `RANKS_DISAGREE`, on all of them; `RANK_SILENT`.
   */
  together(what: Announced): Promise<number[] | RankFailure>;
  /** Says that this process lives. @throws TrainError `RANK_SILENT`. */
  works(): Promise<RankFailure | undefined>;
  /** Says that this process cannot go on. @returns the failure that counts. @throws TrainError `RANK_SILENT`. */
  fails(error: ToldError): Promise<RankFailure>;
  /**
   * Where all know that one has failed: `barrier` waits until all have come to a barrier or to their end, `close` until all have come
   * to their end.
   *
   * @throws TrainError `RANK_SILENT`.
   */
  settled(call: 'barrier' | 'close'): Promise<void>;
}

/** @throws TrainError `OPTION_INVALID` for what is no array of numbers. */
export function requireExchanged(where: string, { call, numbers }: Announced): void {
  if (numbers === undefined || (kindOf(numbers) > 0 && numbers.length <= MOST)) return;
  throw new TrainError('OPTION_INVALID', {
    where: `${where}, ${call}`,
    expected: `${EXCHANGED.map(({ name }) => name).join(', ')} of at most ${MOST} elements`,
    received: showValue(numbers),
  });
}

/** @param wait begins a wait for the other processes, `during` a call. */
export function roundsOf(mpi: MpiCalls, where: string, wait: () => Wait): Rounds {
  /** What every rank says, [size][words]. */
  async function gathered(words: Int32Array, during: string): Promise<Int32Array[]> {
    const all = new Int32Array(mpi.size * words.length).fill(UNHEARD);
    const of = () =>
      Array.from({ length: mpi.size }, (_, rank) =>
        all.subarray(rank * words.length, (rank + 1) * words.length),
      );
    const came = await mpi.gatherWords(words, all, wait());
    if (came) return of();
    throw silent(`${where}, ${during}`, mpi.rank, of());
  }

  async function round(call: Call, kind = 0, length = 0, error?: ToldError): Promise<Round> {
    const text = new TextEncoder().encode(error ? JSON.stringify({ error, at: Date.now() }) : '');
    const words = Int32Array.of(CALLS.indexOf(call), kind, error ? text.length : length);
    const ranks = await gathered(words, call);
    const lengths = ranks.map(([told, , bytes]) => (CALLS[told!] === 'fails' ? bytes! : 0));
    const longest = Math.max(...lengths);
    if (longest === 0) return { ranks: ranks.map((words) => [...words]) };
    const padded = new Uint8Array(4 * Math.ceil(longest / 4));
    padded.set(text);
    const texts = await gathered(new Int32Array(padded.buffer), 'fails');
    return { failure: firstFailure(texts.map((words, rank) => textOf(words, lengths[rank]!))) };
  }

  const worksOf = (ranks: readonly (readonly number[])[]) => ranks.some(([call]) => CALLS[call!] === 'works');

  return {
    async together({ call, numbers }) {
      const kind = numbers === undefined ? 0 : kindOf(numbers);
      for (;;) {
        const told = await round(call, kind, numbers?.length ?? 0);
        if ('failure' in told) return told.failure;
        const { ranks } = told;
        if (worksOf(ranks)) continue;
        const compared = call === 'allGather' ? 2 : WORDS;
        const own = ranks[mpi.rank]!;
        if (ranks.every((words) => words.slice(0, compared).every((word, index) => word === own[index])))
          return ranks.map(([, , length]) => length!);
        throw new TrainError('RANKS_DISAGREE', {
          where,
          expected: 'the same call on all ranks, with arrays of one kind and length',
          received: ranks.map((words, rank) => `${toldCall(words)} on rank ${rank}`).join(', '),
          advice: 'Ranks have to run the same program with the same options on the same data.',
        });
      }
    },
    async works() {
      const told = await round('works');
      return 'failure' in told ? told.failure : undefined;
    },
    async fails(error) {
      const told = await round('fails', 0, 0, error);
      return (told as { failure: RankFailure }).failure;
    },
    async settled(call) {
      for (;;) {
        const told = await round(call);
        if ('failure' in told || worksOf(told.ranks)) continue;
        if (call === 'barrier' || told.ranks.every(([each]) => CALLS[each!] === 'close')) return;
      }
    },
  };
}

const kindOf = (numbers: Exchanged): number => 1 + EXCHANGED.findIndex((each) => numbers instanceof each);

const textOf = ({ buffer, byteOffset }: Int32Array, length: number): string =>
  new TextDecoder().decode(new Uint8Array(buffer, byteOffset, length));

function toldCall([call, kind, length]: readonly number[]): string {
  const name = CALLS[call!] ?? 'an unknown call';
  return kind! > 0 ? `${name} of ${length} in ${EXCHANGED[kind! - 1]?.name}` : name;
}

/** What has come of a round that never ended tells who is missing; words of one rank may come by another. */
function silent(where: string, rank: number, heard: readonly Int32Array[]): TrainError {
  const missing = [...heard.keys()].filter((each) => each !== rank && heard[each]![0] === UNHEARD);
  return new TrainError('RANK_SILENT', {
    where,
    expected: 'all ranks to come, or to say that they are at work',
    received: missing.length > 0 ? `no sign of rank ${missing.join(', ')}` : 'no sign of a rank',
    advice: PATIENCE_ADVICE,
  });
}
