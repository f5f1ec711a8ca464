/**
 * The step of a case, trained on one batch of noise by ONNX Runtime or op by op on TensorFlow.js's wasm backend; see
 * contestant.ts for how it is talked to. Arguments: the case, `wasm` or a device of the traced engine, a number of threads or
 * nothing, and `recompute` where blocks are computed again for their gradients.
 */
import * as tf from '@tensorflow/tfjs';
import { reconstructionLoss } from '@tgm/losses';
import { chooseIndices, seededRandom } from '@tgm/masking';
import { videoMae } from '@tgm/models';
import { type Device, onnxEngine, wasmEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, constantSchedule, maskedObjective, trainer } from '@tgm/train';
import { constantBatch } from '../../parity/constant-batch.js';
import { answer, answerWords, timedRun } from '../timed-run.js';
import { LARGE_STEP_CASES, STEP_CASES } from './cases.js';
import { peakMemory } from './peak-memory.js';

const [name, engineName, threads, recompute] = process.argv.slice(2);
const cases = [...STEP_CASES, ...LARGE_STEP_CASES];
const { config, batch, visible, tokens } = cases.find((each) => each.name === name)!;
const engine =
  engineName === 'wasm'
    ? await wasmEngine()
    : await onnxEngine({ device: engineName as Device, ...(threads ? { threads: Number(threads) } : {}) });
const model = videoMae(config, { recompute: recompute === 'recompute' });
const random = seededRandom('bench');

const shuffled = Array.from({ length: batch }, () => chooseIndices(tokens, tokens, random));
const noise = (...shape: [number, number, number]) =>
  tf.tensor3d(Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, random), shape);
const numbers = (from: number, to: number) =>
  tf.tensor2d(
    shuffled.map((order) => Array.from(order.slice(from, to))),
    [batch, to - from],
    'int32',
  );
const tensors = {
  views: {
    reconstruct: { tokens: noise(batch, visible, model.tokenSize), positions: numbers(0, visible) },
  },
  reconstruct: {
    masked: numbers(visible, tokens),
    pixels: noise(batch, tokens - visible, model.tokenSize),
  },
  sampleKey: tf.zeros<tf.Rank.R2>([batch, 2], 'int32'),
};
const events = trainer({
  engine,
  objective: maskedObjective({ model, losses: [{ loss: reconstructionLoss(), weight: 1 }] }),
  batches: constantBatch(tensors, batch),
  optimizer: adamW(),
  schedule: constantSchedule({ base: 1e-4 }),
  // Until the program is ended.
  steps: Number.MAX_SAFE_INTEGER,
  stepsPerCall: 1,
  seed: 'bench',
});

const { oneStep, timedStep } = timedRun(events);
// Of the first step without what comes before it, the drawing of parameters for one: trace, session and the step itself.
answer({ seconds: batch / (await oneStep()).clipsPerSecond });
await answerWords({
  step: async () => ({ seconds: await timedStep() }),
  memory: async () => ({ bytes: await peakMemory() }),
});
