import * as tf from '@tensorflow/tfjs';
import { BACKEND_NAME } from '../runtime/backend.js';

/** Whether operations are recorded now, so that this backend's own kernels can be used. */
export const onOnnx = (): boolean => tf.getBackend() === BACKEND_NAME;

/** Runs one of this backend's own kernels. */
export function runFused(name: string, inputs: tf.NamedTensorMap, attributes: object = {}): tf.Tensor[] {
  const result = tf.engine().runKernel(name, inputs as never, attributes as never);
  return Array.isArray(result) ? (result as tf.Tensor[]) : [result as tf.Tensor];
}
