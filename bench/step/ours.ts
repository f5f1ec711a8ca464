/**
 * The step of a case, trained on one batch of noise by ONNX Runtime or op by op on TensorFlow.js's wasm backend; see
 * contestant.ts for how it is talked to. Arguments: the case, `wasm` or a device of the traced engine, a number of threads or
 * nothing, and `recompute` where blocks are computed again for their gradients.
 */
import { reconstructionLoss } from '@tgm/losses';
import { videoMae } from '@tgm/models';
import { type Device, onnxEngine, wasmEngine } from '@tgm/tfjs-backend-onnx';
import { adamW, constantSchedule, maskedObjective, trainer } from '@tgm/train';
import { constantBatch } from '../../parity/constant-batch.js';
import { answer, answerWords, timedRun } from '../timed-run.js';
import { LARGE_STEP_CASES, STEP_CASES } from './cases.js';
import { noiseBatch } from './noise-batch.js';
import { peakMemory } from './peak-memory.js';

const [name, engineName, threads, recompute] = process.argv.slice(2);
const step = [...STEP_CASES, ...LARGE_STEP_CASES].find((each) => each.name === name)!;
const { config, batch } = step;
const engine =
  engineName === 'wasm'
    ? await wasmEngine()
    : await onnxEngine({ device: engineName as Device, ...(threads ? { threads: Number(threads) } : {}) });
const model = videoMae(config, { recompute: recompute === 'recompute' });
const events = trainer({
  engine,
  objective: maskedObjective({ model, losses: [{ loss: reconstructionLoss(), weight: 1 }] }),
  batches: constantBatch(noiseBatch(model, step, 'bench'), batch),
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
