import { availableParallelism, cpus, totalmem } from 'node:os';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { type Machine, PROCESSOR_EFFICIENCY } from './machines.js';

const SIDE = 1024;
const ROUNDS = 5;

/** This machine: its memory, and the best rate of a few large matrix products on the engine, in about a second. */
export async function thisMachine(engine: Engine): Promise<Machine> {
  const square = tf.tensor2d(Float32Array.from({ length: SIDE ** 2 }, seededRandom('this machine')), [
    SIDE,
    SIDE,
  ]);
  const multiply = engine.compile(({ a }: { a: tf.Tensor2D }) => tf.matMul(a, a));
  let best = 0;
  // One more than is counted: the first one also makes the graph.
  for (let round = 0; round <= ROUNDS; round++) {
    const started = performance.now();
    const product = await multiply({ a: square });
    const seconds = (performance.now() - started) / 1000;
    product.dispose();
    if (round > 0) best = Math.max(best, (2 * SIDE ** 3) / seconds / 1e12);
  }
  square.dispose();
  return {
    name: `${cpus()[0]?.model.trim() ?? 'a processor'}, ${availableParallelism()} threads`,
    teraflops: best,
    efficiency: PROCESSOR_EFFICIENCY,
    memory: totalmem(),
    processor: true,
  };
}
