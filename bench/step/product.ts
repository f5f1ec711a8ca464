/**
 * A large matrix product in ONNX Runtime, what the machine can do at best; see contestant.ts for how it is talked to. Argument: a
 * number of threads.
 */
import { createInterface } from 'node:readline';
import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';

const SIDE = 2048;
const [threads] = process.argv.slice(2);
const engine = await onnxEngine(threads ? { threads: Number(threads) } : {});
const numbers = Float32Array.from({ length: SIDE * SIDE }, seededRandom('product'));
const square = tf.tensor2d(numbers, [SIDE, SIDE]);
const multiply = engine.compile(({ a }: { a: tf.Tensor2D }) => ({ c: tf.matMul(a, a) }));

async function product(): Promise<number> {
  const started = performance.now();
  const { c } = await multiply({ a: square });
  const seconds = (performance.now() - started) / 1000;
  c.dispose();
  return (2 * SIDE ** 3) / seconds / 1e9;
}

const answer = (fields: Record<string, number>): void => console.log(JSON.stringify(fields));
answer({ gflops: await product() });
for await (const word of createInterface({ input: process.stdin })) {
  if (word === 'product') answer({ gflops: await product() });
}
