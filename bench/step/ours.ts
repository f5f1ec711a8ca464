/**
 * The step of a case, traced and run by ONNX Runtime or op by op on TensorFlow.js's wasm backend; see contestant.ts
 * for how it is talked to. Arguments: the case, `wasm` or a device of the traced engine, and a number of threads.
 */
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs';
import { reconstructionLoss } from '@tgm/losses';
import { chooseIndices, seededRandom } from '@tgm/masking';
import { videoMae } from '@tgm/models';
import { type Device, onnxEngine, wasmEngine } from '@tgm/tfjs-backend-onnx';
import { adamW } from '../../packages/train/src/adamw.js';
import { flatLayout } from '../../packages/train/src/flat-params.js';
import { freshState } from '../../packages/train/src/step-state.js';
import { trainStep } from '../../packages/train/src/train-step.js';
import { STEP_CASES } from './cases.js';
import { peakMemory } from './peak-memory.js';

const [name, engineName, threads] = process.argv.slice(2);
const { config, batch, visible, tokens } = STEP_CASES.find((each) => each.name === name)!;
const engine =
  engineName === 'wasm'
    ? await wasmEngine()
    : await onnxEngine({ device: engineName as Device, ...(threads ? { threads: Number(threads) } : {}) });
const model = videoMae(config);
const random = seededRandom('bench');
const optimizer = adamW();
const params = model.init(random);
const layout = flatLayout(params, optimizer.decays);
let state = await freshState(engine, optimizer, layout, params);
tf.dispose(params);
const step = engine.compile(
  trainStep({ model, losses: [{ loss: reconstructionLoss(), weight: 1 }], optimizer, layout }),
  { donate: ['state'] },
);

const shuffled = Array.from({ length: batch }, () => chooseIndices(tokens, tokens, random));
const noise = (...shape: [number, number, number]) =>
  tf.tensor3d(Float32Array.from({ length: shape[0] * shape[1] * shape[2] }, random), shape);
const numbers = (from: number, to: number) =>
  tf.tensor2d(
    shuffled.map((order) => Array.from(order.slice(from, to))),
    [batch, to - from],
    'int32',
  );
const inputs = {
  visible: { tokens: noise(batch, visible, model.tokenSize), positions: numbers(0, visible) },
  masked: numbers(visible, tokens),
  targetPixels: noise(batch, tokens - visible, model.tokenSize),
};
const learningRate = tf.scalar(1e-4);

async function oneStep(): Promise<number> {
  const started = performance.now();
  const { state: after, ...rest } = await step({ state, batch: inputs, learningRate });
  await rest.total.data();
  tf.dispose(rest);
  state = after;
  return (performance.now() - started) / 1000;
}

const SIDE = 2048;
let product: (() => Promise<number>) | undefined;

/** GFLOP/s of a large matrix product. */
async function largeProduct(): Promise<number> {
  product ??= await (async () => {
    const square = tf.tensor2d(Float32Array.from({ length: SIDE * SIDE }, random), [SIDE, SIDE]);
    const multiply = engine.compile(({ a }: { a: tf.Tensor2D }) => ({ c: tf.matMul(a, a) }));
    return async () => {
      const started = performance.now();
      const { c } = await multiply({ a: square });
      const seconds = (performance.now() - started) / 1000;
      c.dispose();
      return (2 * SIDE ** 3) / seconds / 1e9;
    };
  })();
  return product();
}

const answer = (fields: Record<string, number>): void => console.log(JSON.stringify(fields));
answer({ seconds: await oneStep() });
for await (const word of createInterface({ input: process.stdin })) {
  if (word === 'step') answer({ seconds: await oneStep() });
  if (word === 'product') answer({ gflops: await largeProduct() });
  if (word === 'memory') answer({ bytes: await peakMemory() });
}
