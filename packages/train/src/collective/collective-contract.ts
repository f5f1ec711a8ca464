import { setTimeout as delay } from 'node:timers/promises';
import { objectWith, optionTable } from '@tgm/options';
import { TrainError } from '../errors.js';
import { type Collective, EXCHANGED, type Exchanged } from './collective.js';

/** One thing that every collective must do. `run` rejects with a TrainError `CONTRACT_BROKEN` when it does not. */
export interface CollectiveCheck {
  readonly name: string;
  run(): Promise<void>;
}

const ARGUMENTS = optionTable(
  'collectiveContract',
  {
    collective: objectWith<Collective>('a Collective', [
      'rank',
      'size',
      'allReduceSum',
      'allGather',
      'times',
      'close',
    ]),
  },
  TrainError,
);

/** Elements: none, one, odd, and more than any part in which a library may be given them. */
const LENGTHS = [0, 1, 7, 1000, 2 ** 20 + 3];

/** Half the distance of two neighbouring numbers of float32 at 1. */
const ROUNDING = 2 ** -24;

/**
 * The checks of the `Collective` contract, for any number of processes. Every process runs all of them in order:
 * `for (const { run } of collectiveContract(collective)) await run()`. They leave the collective open.
 *
 * @throws TrainError `OPTION_INVALID`.
 */
export function collectiveContract(collective: Collective): CollectiveCheck[] {
  ARGUMENTS.check({ collective });
  const { rank, size } = collective;
  const ranks = Array.from({ length: size }, (_, each) => each);

  const check = (name: string, run: (require: typeof requireSame) => Promise<void>): CollectiveCheck => ({
    name,
    run: () => run(requireSame),
  });
  function requireSame(what: string, received: ArrayLike<number>, expected: ArrayLike<number>): void {
    const same = received.length === expected.length;
    const at = same ? firstDifference(received, expected) : 0;
    if (same && at === undefined) return;
    throw new TrainError('CONTRACT_BROKEN', {
      where: `collective, ${what} on rank ${rank} of ${size}`,
      expected: same ? `${expected[at!]} at ${at}` : `${expected.length} elements`,
      received: same ? String(received[at!]) : String(received.length),
    });
  }

  return [
    check('ranks are numbered from 0', async (same) => {
      const gathered = await collective.allGather(Int32Array.of(rank));
      same(
        'ranks',
        Int32Array.from(gathered, ([first]) => first!),
        ranks,
      );
    }),
    ...LENGTHS.map((length) =>
      check(`a sum of ${length} numbers`, async (same) => {
        // Whole numbers below 2 ** 24, so that each sum is exact.
        const sum = (size * (size + 1)) / 2;
        const padded = new Float32Array(length + 2).fill(-1);
        const numbers = padded.subarray(1, length + 1);
        for (let at = 0; at < length; at++) numbers[at] = (rank + 1) * (at % 101);
        await collective.allReduceSum(numbers);
        same(
          'sum',
          numbers,
          Float32Array.from({ length }, (_, at) => sum * (at % 101)),
        );
        same('numbers beside it', [padded[0]!, padded[length + 1]!], [-1, -1]);
      }),
    ),
    check(
      'sums of numbers of many sizes: near the exact ones, equal on all ranks, equal again',
      async (same) => {
        const numbers = manySizes(rank, 10_007);
        const all = await collective.allGather(numbers);
        const [first, second] = [numbers.slice(), numbers.slice()];
        await collective.allReduceSum(first);
        // Another rank is late each time.
        await delay(rank === size - 1 ? 20 : 0);
        await collective.allReduceSum(second);
        same('a second sum', bitsOf(second), bitsOf(first));
        for (const [other, sums] of (await collective.allGather(first)).entries())
          same(`the sum of rank ${other}`, bitsOf(sums), bitsOf(first));
        const far = Float32Array.from(first, (sum, at) => {
          const exact = ranks.reduce((total, each) => total + all[each]![at]!, 0);
          const sizes = ranks.reduce((total, each) => total + Math.abs(all[each]![at]!), 0);
          return Math.abs(sum - exact) > size * ROUNDING * sizes ? 1 : 0;
        });
        same('sums that are too far from the exact ones', far, new Float32Array(far.length));
      },
    ),
    ...LENGTHS.map((length) =>
      check(`gathers ${length} elements and one more of each further rank, of each kind`, async (same) => {
        for (const make of MAKERS) {
          const own = (each: number) => make(length + each, (at) => (at * 7 + each) % 251);
          const gathered = await collective.allGather(own(rank));
          for (const each of ranks) {
            same(`elements of rank ${each}`, gathered[each]!, own(each));
            if (gathered[each]!.constructor !== own(each).constructor)
              same(`the kind of rank ${each}`, [], [1]);
          }
        }
      }),
    ),
    check('what is gathered is the caller’s own', async (same) => {
      const numbers = Int32Array.of(rank);
      const gathered = await collective.allGather(numbers);
      numbers[0] = -1;
      same('own element', gathered[rank]!, [rank]);
    }),
    ...LENGTHS.map((length) =>
      check(`broadcasts ${length} elements of each kind`, async (same) => {
        for (const make of MAKERS) {
          const numbers = make(length, (at) => (at + 13 * rank) % 251);
          await collective.broadcast(numbers);
          same(
            'broadcast',
            numbers,
            make(length, (at) => at % 251),
          );
        }
      }),
    ),
    check('calls that are not waited for are made in order', async (same) => {
      const [sum, spread] = [Float32Array.of(rank + 1), Float32Array.of(10 + rank)];
      const calls = [
        collective.allReduceSum(sum),
        collective.barrier(),
        collective.broadcast(spread),
        collective.allGather(sum),
      ] as const;
      const [, , , gathered] = await Promise.all(calls);
      const total = (size * (size + 1)) / 2;
      same('sum', sum, [total]);
      same('broadcast', spread, [10]);
      same(
        'what was gathered behind the sum',
        gathered.map(([first]) => first!),
        ranks.map(() => total),
      );
    }),
    check('tells how long its calls have taken', async (same) => {
      const before = collective.times();
      const began = performance.now();
      await delay(rank === size - 1 ? 50 : 0);
      await collective.barrier();
      const [seconds, after] = [(performance.now() - began) / 1000, collective.times()];
      const [spent, waited] = [after.seconds - before.seconds, after.peerSeconds - before.peerSeconds];
      if (size > 1) same('time that is more than none', [spent > 0 ? 1 : 0], [1]);
      same('time within that of the call', [spent <= seconds ? 1 : 0], [1]);
      same('time for others within it', [waited >= 0 && waited <= spent ? 1 : 0], [1]);
    }),
    check('whoever waits is not blocked', async (same) => {
      let turns = 0;
      const timer = setInterval(() => turns++, 5);
      await delay(rank === size - 1 ? 200 : 0);
      await collective.barrier();
      clearInterval(timer);
      if (turns === 0 && size > 1) same('turns of a timer', [], [1]);
    }),
  ];
}

type Maker = (length: number, of: (at: number) => number) => Exchanged;

const MAKERS: readonly Maker[] = EXCHANGED.map((Kind) => (length, of) => {
  const made = new Kind(length);
  for (let at = 0; at < length; at++) made[at] = of(at);
  return made;
});

/** Numbers whose sums depend on the order in which they are taken. */
function manySizes(rank: number, length: number): Float32Array {
  let state = 1 + rank;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  };
  return Float32Array.from({ length }, () => next() * 10 ** (6 * next()));
}

const bitsOf = ({ buffer, byteOffset, length }: Float32Array): Int32Array =>
  new Int32Array(buffer, byteOffset, length);

function firstDifference(one: ArrayLike<number>, other: ArrayLike<number>): number | undefined {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return at;
  return undefined;
}
