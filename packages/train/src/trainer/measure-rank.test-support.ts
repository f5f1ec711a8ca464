import { mpiProcesses } from '../collective/mpi-processes.js';
import { say } from '../collective/say.test-support.js';
import { TrainError } from '../errors.js';
import { measuredTraining } from './measured-training.test-support.js';
import { rankTraining } from './rank-training.test-support.js';

/** One of several processes whose training measures itself; says what it was told. */
const [scenario] = process.argv.slice(3);
const collective = await mpiProcesses();
if (scenario === 'shared') say('measured', JSON.stringify(await measuredTraining(collective)));
else {
  // Rank 0 alone is to measure.
  const nothing = { name: 'nothing', evaluate: async () => ({ nothing: 0 }) };
  const evaluate = collective.rank === 0 ? { evaluate: { every: 1, evaluators: [nothing] } } : {};
  await rankTraining('both', { batchSize: 8, accumulate: 1 }, { collective, steps: 1, ...evaluate }).catch(
    async (error) => {
      if (!(error instanceof TrainError)) throw error;
      say('refused', error.code, error.message);
      // Not before the others have said it too.
      await new Promise((resolve) => setTimeout(resolve, 500));
      process.exit(2);
    },
  );
}
await collective.close();
