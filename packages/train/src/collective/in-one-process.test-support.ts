import { callClock } from './call-clock.js';
import type { Collective, Exchanged } from './collective.js';
import { rankFailed, toldError } from './rank-failure.js';

/**
 * Collectives of so many ranks that all live in this process, for tests of what ranks tell each other: quicker than processes that a
 * launcher starts. Sums are made in the order of ranks.
 */
export function ranksInOneProcess(size: number): Collective[] {
  const meetings: {
    readonly brought: Exchanged[];
    meet(all: readonly Exchanged[]): void;
    all: Promise<readonly Exchanged[]>;
  }[] = [];

  let fail: (error: unknown) => void = () => undefined;
  /** The first failure of a rank, as the others hear of it. */
  const failure = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failure.catch(() => undefined);
  let failed: number | undefined;

  /** The n-th call of each rank is the n-th of all. Nobody changes what is brought. */
  async function meet(rank: number, call: number, brought: Exchanged): Promise<readonly Exchanged[]> {
    meetings[call] ??= newMeeting();
    const meeting = meetings[call];
    meeting.brought[rank] = brought.slice();
    if (Object.keys(meeting.brought).length === size) meeting.meet(meeting.brought);
    return Promise.race([failure, meeting.all]);
  }

  return Array.from({ length: size }, (_, rank) => {
    const clock = callClock();
    let calls = 0;
    let last: Promise<unknown> = Promise.resolve();
    const inTurn = <Result>(
      brought: Exchanged,
      then: (all: readonly Exchanged[]) => Result,
    ): Promise<Result> => {
      const call = calls++;
      const turn = last.then(() =>
        clock.call(async () => then(await clock.peers(() => meet(rank, call, brought)))),
      );
      last = turn.catch(() => undefined);
      return turn;
    };
    const nothing = new Uint8Array(0);
    return {
      rank,
      size,
      allReduceSum: (numbers) =>
        inTurn(numbers, (all) => {
          for (let at = 0; at < numbers.length; at++)
            numbers[at] = all.reduce((sum, each) => Math.fround(sum + each[at]!), 0);
        }),
      allGather: <Numbers extends Exchanged>(numbers: Numbers) =>
        inTurn(numbers, (all) => all.map((each) => each.slice() as Numbers)),
      broadcast: (numbers) => inTurn(numbers, ([first]) => numbers.set(first!)),
      barrier: () => inTurn(nothing, () => undefined),
      times: clock.times,
      async fail(error) {
        failed ??= rank;
        if (failed !== rank) return failure.catch((first: unknown) => first);
        fail(rankFailed('ranksInOneProcess', { rank, error: toldError(error) }));
        return error;
      },
      close: () => inTurn(nothing, () => undefined),
    };
  });
}

function newMeeting() {
  let meet: (all: readonly Exchanged[]) => void = () => undefined;
  const all = new Promise<readonly Exchanged[]>((resolve) => {
    meet = resolve;
  });
  return { brought: [] as Exchanged[], all, meet: (brought: readonly Exchanged[]) => meet(brought) };
}
