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
  const evaluator = {
    name: 'own',
    together: true as const,
    async evaluate() {
      // The other waits in its share.
      if (collective.rank === 1)
        throw new TrainError('EXAMPLE_FAILED', { where: 'clip 7', expected: 'it', received: 'none' });
      await collective.barrier();
      return {};
    },
  };
  const measures = scenario === 'one fails' || collective.rank === 0;
  const evaluate = measures ? { evaluate: { every: 1, evaluators: [evaluator] } } : {};
  await rankTraining('both', { batchSize: 8, accumulate: 1 }, { collective, steps: 1, ...evaluate }).catch(
    async (error) => {
      if (!(error instanceof TrainError)) throw error;
      say('refused', collective.rank, error.code, error.message);
      // Not before the others have said it too.
      await new Promise((resolve) => setTimeout(resolve, 500));
      process.exit(2);
    },
  );
}
await collective.close();
