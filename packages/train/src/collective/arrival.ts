import { showValue } from '@tgm/options';
import { TrainError } from '../errors.js';
import { EXCHANGED, type Exchanged } from './collective.js';
import type { MpiCalls } from './mpi-calls.js';

const CALLS = ['allReduceSum', 'allGather', 'broadcast', 'barrier', 'close'] as const;

/** What a process is about to do. */
export interface Announced {
  readonly call: (typeof CALLS)[number];
  /** What it brings; absent where nothing is exchanged. */
  readonly numbers?: Exchanged;
}

/** Words of an announcement: call, kind of array (0 for none), elements. */
const WORDS = 3;

/** Elements of an array at most: what a word can say. */
const MOST = 2 ** 31 - 1;

/**
 * Waits until all processes are about to do the same, so that no library is given calls that do not fit each other: what it then
 * does is not defined.
 *
 * @returns elements that each rank brings. [size]
 * @throws TrainError `RANKS_DISAGREE`, on all of them; `OPTION_INVALID` for what is no array of numbers.
 */
export async function arrival(mpi: MpiCalls, where: string, { call, numbers }: Announced): Promise<number[]> {
  const kind = numbers === undefined ? 0 : 1 + EXCHANGED.findIndex((each) => numbers instanceof each);
  if (numbers !== undefined && (kind === 0 || numbers.length > MOST)) {
    throw new TrainError('OPTION_INVALID', {
      where: `${where}, ${call}`,
      expected: `${EXCHANGED.map(({ name }) => name).join(', ')} of at most ${MOST} elements`,
      received: showValue(numbers),
    });
  }
  const all = new Int32Array(mpi.size * WORDS);
  await mpi.gatherWords(Int32Array.of(CALLS.indexOf(call), kind, numbers?.length ?? 0), all);
  const ranks = Array.from({ length: mpi.size }, (_, rank) => [
    ...all.subarray(rank * WORDS, (rank + 1) * WORDS),
  ]);
  const lengths = ranks.map(([, , length]) => length!);
  const compared = call === 'allGather' ? 2 : WORDS;
  const own = ranks[mpi.rank]!;
  if (ranks.every((words) => words.slice(0, compared).every((word, index) => word === own[index])))
    return lengths;
  throw new TrainError('RANKS_DISAGREE', {
    where,
    expected: 'the same call on all ranks, with arrays of one kind and length',
    received: ranks.map((words, rank) => `${told(words)} on rank ${rank}`).join(', '),
    advice: 'Ranks have to run the same program with the same options on the same data.',
  });
}

function told([call, kind, length]: readonly number[]): string {
  const name = CALLS[call!] ?? 'an unknown call';
  return kind! > 0 ? `${name} of ${length} in ${EXCHANGED[kind! - 1]?.name}` : name;
}
