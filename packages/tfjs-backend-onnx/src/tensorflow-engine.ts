import * as tf from '@tensorflow/tfjs';
import { eagerEngine } from './eager-engine.js';
import type { Engine } from './engine.js';
import { engineUnavailable } from './errors.js';

/** Both register the backend `tensorflow`; the first that loads is taken. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

const ADVICE =
  'Install one of them with its install script, which downloads TensorFlow 2.9: "npm install @tensorflow/tfjs-node-gpu" ' +
  '(Linux or Windows with CUDA 11.2 and cuDNN 8.1) or "npm install @tensorflow/tfjs-node" (CPU). Both work up to Node 22.';

/**
 * TensorFlow's C library, eager: on an NVIDIA GPU with @tensorflow/tfjs-node-gpu, else on the CPU with
 * @tensorflow/tfjs-node.
 *
 * @throws EngineError `ENGINE_UNAVAILABLE` when neither package loads
 */
export async function tensorflowEngine(): Promise<Engine> {
  const causes: unknown[] = [];
  for (const name of PACKAGES) {
    try {
      await import(name);
      if (await tf.setBackend('tensorflow')) return eagerEngine('tensorflow');
      causes.push(new Error('the backend "tensorflow" does not start'));
    } catch (error) {
      causes.push(error);
    }
  }
  throw engineUnavailable('tensorflow', PACKAGES, ADVICE, causes);
}
