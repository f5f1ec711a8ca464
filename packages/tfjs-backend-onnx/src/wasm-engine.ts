import * as tf from '@tensorflow/tfjs';
import { runOnCpu } from './cpu-fallback.js';
import { eagerEngine } from './eager-engine.js';
import type { Engine } from './engine.js';
import { engineUnavailable } from './errors.js';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

/** What gradients need and the WebAssembly backend lacks. */
const MISSING_KERNELS: readonly string[] = [
  tf.UnsortedSegmentSum,
  tf.Einsum,
  tf.Conv2DBackpropFilter,
  tf.DepthwiseConv2dNativeBackpropFilter,
  tf.DepthwiseConv2dNativeBackpropInput,
];

/**
 * The official WebAssembly backend, eager: SIMD, one thread in Node. The kernels of gradients that it lacks (the sum
 * by segments of `gather`, the filters of convolutions, `einsum`) run on the cpu backend.
 *
 * @throws EngineError `ENGINE_UNAVAILABLE` when the package @tensorflow/tfjs-backend-wasm is not installed
 */
export async function wasmEngine(): Promise<Engine> {
  try {
    await import(PACKAGE);
    if (!(await tf.setBackend('wasm'))) throw new Error('the backend "wasm" does not start');
  } catch (error) {
    throw engineUnavailable('wasm', [PACKAGE], `Install it: npm install ${PACKAGE}`, [error]);
  }
  await runOnCpu('wasm', MISSING_KERNELS);
  return eagerEngine('wasm');
}
