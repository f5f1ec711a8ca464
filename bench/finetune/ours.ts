/**
 * The fine-tuning step of a case on one batch of noise, all tokens, with drop path and labels in shares; see contestant.ts for
 * how it is talked to. Arguments: the case, a number of threads or nothing, and `recompute` where blocks are computed again for
 * their gradients.
 */
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { drawDropPath, videoMaeClassifier } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, classificationObjective, constantSchedule, type StepEvent, trainer } from '@tgm/train';
import { constantBatch } from '../../parity/constant-batch.js';
import { peakMemory } from '../step/peak-memory.js';
import { FINETUNE_CASES, LARGE_FINETUNE_CASES, RECIPE } from './cases.js';

const [name, threads, recompute] = process.argv.slice(2);
const cases = [...FINETUNE_CASES, ...LARGE_FINETUNE_CASES];
const { config, batch } = cases.find((each) => each.name === name)!;
const engine = await onnxEngine(threads ? { threads: Number(threads) } : {});
const model = videoMaeClassifier(config, { recompute: recompute === 'recompute' });
const random = seededRandom('bench');

const { slices, rows, columns } = model.grid;
const noise = (...shape: [number, number, number]) =>
  tf.tensor3d(Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, random), shape);
const [layers, classes] = [config.numHiddenLayers, config.labels.length];
// Two clips mixed: one class has 0.7 of a row, the next 0.3.
const shares = Float32Array.from({ length: batch * classes }, (_, at) => [0.7, 0.3][at % classes] ?? 0);
const tensors = {
  tokens: noise(batch, slices * rows * columns, model.tokenSize),
  labels: tf.tensor2d(shares, [batch, classes]),
  dropPath: tf.tensor3d(drawDropPath({ rate: RECIPE.dropPath, layers, batch }, random), [layers, 2, batch]),
};
const events = trainer({
  engine,
  objective: classificationObjective({
    model,
    smoothing: RECIPE.smoothing,
    layerDecay: RECIPE.layerDecay,
  }),
  batches: constantBatch(tensors, batch),
  optimizer: adamW({ betas: RECIPE.betas }),
  schedule: constantSchedule({ base: 1e-4 }),
  // Until the program is ended.
  steps: Number.MAX_SAFE_INTEGER,
  stepsPerCall: 1,
  seed: 'bench',
});

async function oneStep(): Promise<StepEvent> {
  for (;;) {
    const { value } = await events.next();
    if (!value) throw new Error('The run has ended.');
    if (value.type === 'step') return value;
  }
}

/** Seconds of the next step, with everything that the trainer does around it. */
async function timedStep(): Promise<number> {
  const started = performance.now();
  await oneStep();
  return (performance.now() - started) / 1000;
}

const answer = (fields: Record<string, number>): void => console.log(JSON.stringify(fields));
answer({ seconds: await timedStep() });
for await (const word of createInterface({ input: process.stdin })) {
  if (word === 'step') answer({ seconds: await timedStep() });
  if (word === 'memory') answer({ bytes: await peakMemory() });
}
