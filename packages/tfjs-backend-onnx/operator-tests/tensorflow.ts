/**
 * What '@tensorflow/tfjs' is in this run: TensorFlow.js's core from the very modules that its specs import, so that
 * specs and backend share one engine.
 */
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import '@tensorflow/tfjs-backend-cpu';

export * from '@tensorflow/tfjs-core';
