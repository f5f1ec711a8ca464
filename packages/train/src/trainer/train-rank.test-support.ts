import { createHash } from 'node:crypto';
import * as tf from '@tensorflow/tfjs';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { mpiProcesses } from '../collective/mpi-processes.js';
import { say } from '../collective/say.test-support.js';
import { TrainError } from '../errors.js';
import { CASES, numbersOf, shareOfRank, taken } from '../objectives/objective-cases.test-support.js';
import { allTrainings, type Cut, rankTraining } from './rank-training.test-support.js';

/** One process of a training on several; says what it came to. */
const [scenario, given = '{}'] = process.argv.slice(3);
const collective = await mpiProcesses();
const { rank } = collective;
const whole: Cut = { batchSize: 8, accumulate: 1 };

try {
  if (scenario === 'all') {
    const all = JSON.stringify(await allTrainings(JSON.parse(given) as Cut, collective));
    say('tensors left', tf.memory().numTensors);
    say('digest', createHash('sha256').update(all).digest('hex'));
    if (rank === 0) say('result', all);
  } else if (scenario === 'objectives') {
    const engine = await onnxEngine({ threads: 1 });
    const gradients: Record<string, readonly number[]> = {};
    for (const each of CASES.filter(({ name }) => (JSON.parse(given) as string[]).includes(name))) {
      const { first } = await taken(engine, each, shareOfRank(collective, 2), { collective });
      gradients[each.name] = numbersOf(first);
    }
    await engine.dispose();
    const all = JSON.stringify(gradients);
    say('digest', createHash('sha256').update(all).digest('hex'));
    if (rank === 0) say('result', all);
  } else if (scenario === 'other seed') {
    await rankTraining('both', whole, { collective, seed: rank });
  } else if (scenario === 'checkpoints') {
    const { steps, folder } = JSON.parse(given) as { steps: number; folder: string };
    const checkpoint = { folder, every: 2 };
    const { totals, params } = await rankTraining('both', whole, { collective, steps, checkpoint });
    if (rank === 0) say('result', JSON.stringify({ totals, params }));
  } else if (scenario === 'stop') {
    // One rank is asked to stop before its first step; all of them do.
    const controller = new AbortController();
    if (rank === 1) controller.abort();
    const { totals } = await rankTraining('both', whole, { collective, signal: controller.signal });
    say('steps', totals.length);
  } else {
    // Launched together, and each trains alone.
    await rankTraining('both', whole, {});
  }
} catch (error) {
  if (!(error instanceof TrainError)) throw error;
  say('refused', error.code, error.message);
  // Not before the others have said it too.
  await collective.close();
  process.exit(2);
}
await collective.close();
