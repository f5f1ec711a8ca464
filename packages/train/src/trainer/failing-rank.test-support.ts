import { mpiProcesses } from '../collective/mpi-processes.js';
import { say } from '../collective/say.test-support.js';
import type { TrainError } from '../errors.js';
import type { Schedule } from '../schedules/schedule.js';
import { rankTraining } from './rank-training.test-support.js';

/** One process of a training, of which one fails in a step or in a save; says what it learns of that. */
const given = JSON.parse(process.argv[3]!) as {
  readonly folder: string;
  readonly how: 'throws' | 'killed' | 'stopped' | 'not at all';
  readonly rank: number;
  /** Steps before the one that fails, or before the save that does. */
  readonly step: number;
  readonly saving: boolean;
};
const collective = await mpiProcesses({ patience: 2 });

function fail(): void {
  if (given.how === 'throws') throw new RangeError(`rank ${collective.rank} threw`);
  process.kill(process.pid, given.how === 'killed' ? 'SIGKILL' : 'SIGSTOP');
}

/** The rate is asked for before each step, and as rank 0 saves. */
const schedule: Schedule = {
  at(step) {
    const saves = new Error().stack!.includes('rates-digest');
    const due = step === given.step && saves === given.saving && given.how !== 'not at all';
    if (due && collective.rank === given.rank) fail();
    return 1e-2;
  },
  describe: () => ({ is: 'constant' }),
};

try {
  const { folder } = given;
  const checkpoint = { folder, every: 2, keep: 9 };
  await rankTraining(
    'reconstruction',
    { batchSize: 8, accumulate: 1 },
    { collective, steps: 8, schedule, checkpoint },
  );
  say('done');
  await collective.close();
} catch (error) {
  const { code, name, message } = error as TrainError;
  say('refused', collective.rank, code ?? name, message);
  await collective.close().catch(() => undefined);
  process.exit(1);
}
