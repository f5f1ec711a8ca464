/**
 * The fine-tuning step of a case on one batch of noise, all tokens, with drop path and labels in shares; see contestant.ts for
 * how it is talked to. Arguments: the case, a number of threads or nothing, and `recompute` where blocks are computed again for
 * their gradients.
 */
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { drawDropPath, videoMaeClassifier } from '@tgm/models';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, classificationObjective, constantSchedule, trainer } from '@tgm/train';
import { constantBatch } from '../../parity/constant-batch.js';
import { peakMemory } from '../step/peak-memory.js';
import { answer, answerWords, timedRun } from '../timed-run.js';
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

const { timedStep } = timedRun(events);
answer({ seconds: await timedStep() });
await answerWords({
  step: async () => ({ seconds: await timedStep() }),
  memory: async () => ({ bytes: await peakMemory() }),
});
