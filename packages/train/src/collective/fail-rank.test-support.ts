import { setTimeout as delay } from 'node:timers/promises';
import { TrainError } from '../errors.js';
import { mpiProcesses } from './mpi-processes.js';
import { say } from './say.test-support.js';

/** One process among several, of which some fail; says what it learns of that. */
const [scenario] = process.argv.slice(3);
const collective = await mpiProcesses();
const { rank, size } = collective;
const last = rank === size - 1;

interface Told extends Error {
  readonly code?: string;
  readonly rank?: number;
  readonly fault?: string;
  readonly exitCode?: number;
}

const heard = (what: string, error: unknown) => {
  const { code, message, cause } = error as TrainError;
  const { code: first, rank: of, fault, exitCode, name, cause: deeper } = (cause ?? {}) as Told;
  const told = {
    what,
    rank,
    at: Date.now(),
    code,
    message,
    cause: { name, code: first, rank: of, fault, exitCode },
  };
  say(JSON.stringify({ ...told, deeper: (deeper as Error | undefined)?.message }));
};

/** An error with all that is told of one. */
const failure = () =>
  Object.assign(
    new TrainError('EXAMPLE_FAILED', {
      where: 'sample 7',
      expected: 'a video',
      received: `none, says rank ${rank}`,
      cause: new Error('no such file'),
    }),
    { fault: 'file', exitCode: 64 },
  );

/** All end with one code, none before the others have said their words. */
async function leave(): Promise<never> {
  if (rank === 0) await delay(700);
  say(JSON.stringify({ what: 'left', rank, at: Date.now() }));
  await collective.close();
  say(JSON.stringify({ what: 'ended', rank, at: Date.now() }));
  process.exit(64);
}

switch (scenario) {
  case 'one':
    if (last) {
      heard('own', await collective.fail(failure()));
      // Told once.
      heard('again', await collective.fail(new Error('another')));
    } else {
      await collective.barrier().catch((error) => heard('in hand', error));
      await collective.allReduceSum(new Float32Array(3)).catch((error) => heard('next', error));
      heard('fails behind it', await collective.fail(new Error('of its own')));
    }
    break;
  case 'at work':
    // Others hear of it while they do something else, and need no call for that.
    if (last) heard('own', await collective.fail(failure()));
    else {
      await delay(8000);
      say(JSON.stringify({ what: 'worked', rank, at: Date.now() }));
      await collective.allGather(new Uint8Array(rank)).catch((error) => heard('next', error));
    }
    break;
  case 'all':
    // Rank 1 first, then another otherwise, then rank 0, which does not know yet.
    await delay([300, 0, 100][rank]);
    heard('own', await collective.fail(rank === 2 ? new RangeError('late') : failure()));
    break;
}
await leave();
