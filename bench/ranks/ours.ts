/**
 * One of several ranks that take the step of a case together, each with a share of its batch. Rank 0 is talked to, see contestant.ts.
 * Arguments: the case, and threads of each rank.
 */
import { once } from 'node:events';
import { reconstructionLoss } from '@tgm/losses';
import { videoMae } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, constantSchedule, maskedObjective, mpiProcesses, trainer } from '@tgm/train';
import { constantBatch } from '../../parity/constant-batch.js';
import { LARGE_STEP_CASES, STEP_CASES } from '../step/cases.js';
import { noiseBatch } from '../step/noise-batch.js';
import { answer, answerWords, timedRun } from '../timed-run.js';

const [name, threads] = process.argv.slice(2);
const collective = await mpiProcesses();
const { rank, size } = collective;
const whole = [...STEP_CASES, ...LARGE_STEP_CASES].find((each) => each.name === name)!;
const share = { ...whole, batch: whole.batch / size };
const engine = await onnxEngine({ threads: Number(threads) });
const model = videoMae(whole.config);
const events = trainer({
  engine,
  objective: maskedObjective({ model, losses: [{ loss: reconstructionLoss(), weight: 1 }] }),
  batches: constantBatch(noiseBatch(model, share, `bench ${rank}`), share.batch),
  optimizer: adamW(),
  schedule: constantSchedule({ base: 1e-4 }),
  // Until the program is ended.
  steps: Number.MAX_SAFE_INTEGER,
  stepsPerCall: 1,
  seed: 'bench',
  collective,
});
const { oneStep } = timedRun(events);
const seconds = async () => {
  const began = performance.now();
  const { reduceWaitSeconds = 0, peerWaitSeconds = 0 } = await oneStep();
  return {
    seconds: (performance.now() - began) / 1000,
    peers: peerWaitSeconds,
    sums: reduceWaitSeconds - peerWaitSeconds,
  };
};

// Rank 0 alone hears words, and passes them on by a signal. A rank that waited for it in a step would ask for it all the time.
const WORD = 'SIGUSR2';
let heard = 0;
process.on(WORD, () => heard++);
const processes = (await collective.allGather(Int32Array.of(process.pid))).map(([id]) => id!);
const others = processes.filter((_, each) => each !== rank);
await oneStep();
if (rank === 0) {
  answer({ size });
  await answerWords({
    step: () => {
      for (const other of others) process.kill(other, WORD);
      return seconds();
    },
  });
} else {
  // Handlers of signals do not keep a process.
  setInterval(() => undefined, 2 ** 30);
  for (let taken = 0; ; taken++) {
    if (heard === taken) await once(process, WORD);
    await seconds();
  }
}
