import { parentPort, workerData } from 'node:worker_threads';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { StepEvent } from '@tgm/train';
import { armLeak } from './arm-leak.js';
import { armMasks } from './arm-masks.js';
import { END, type Job, type Reply, STOP, type Workplace } from './arm-messages.js';
import { arms } from './arms.js';
import { demoModel } from './demo-model.js';
import { type ArmResult, pretrainArm } from './pretrain-arm.js';
import { pretrainTiled, TILED_RUN } from './pretrain-tiled.js';
import { openRun } from './run-folder.js';
import { type Numbers, scorer } from './scorer.js';
import { stoppableEngine } from './stoppable-engine.js';

const port = parentPort!;
const { run: folder, steps, threads, train, tiled, test, coverages, ...measured } = workerData as Workplace;
const run = await openRun(folder);
const engine = await onnxEngine({ threads });
const model = demoModel();
const stop = new AbortController();
const score =
  test &&
  scorer({
    engine: stoppableEngine(engine, stop.signal),
    model,
    train,
    test,
    ...measured,
    seed: run.command.seed,
  });

const reply = (message: Reply): void => port.postMessage(message);

function perform(job: Job): Promise<ArmResult | Numbers> {
  if (job.kind === 'evaluate') return score!(job.encoder);
  if (job.kind === 'tiled') {
    const onStep = (event: StepEvent) => reply({ kind: 'step', arm: TILED_RUN.name, event });
    return pretrainTiled({
      run,
      engine,
      model,
      clips: tiled!,
      steps: job.steps,
      signal: stop.signal,
      onStep,
    });
  }
  const arm = arms(run.command.ratio).find(({ name }) => name === job.arm)!;
  const { seed } = run.command;
  if (job.kind === 'masks') return armMasks(arm, { model, clips: test!, coverages: coverages!, seed });
  if (job.kind === 'leak') {
    return armLeak(arm, { engine, model, train, test: test!, steps, seed, signal: stop.signal });
  }
  const onStep = (event: StepEvent) => reply({ kind: 'step', arm: arm.name, event });
  return pretrainArm(arm, { run, engine, model, clips: train, steps, signal: stop.signal, onStep });
}

let inHand: Promise<void> = Promise.resolve();

async function answer(job: Job): Promise<void> {
  try {
    reply({ kind: 'result', result: await perform(job) });
  } catch (error) {
    // A thread's message keeps an error's text and stack, but not its code.
    reply({ kind: 'failure', error, code: (error as { code?: unknown }).code });
  }
}

port.on('message', async (message: Job | typeof STOP | typeof END) => {
  if (message === STOP) {
    stop.abort();
  } else if (message === END) {
    stop.abort();
    await inHand;
    await engine.dispose();
    port.close();
  } else {
    inHand = answer(message);
  }
});
