import * as tf from '@tensorflow/tfjs';
import { registerGradients } from './gradients.js';
import { registerKernels } from './kernels/register.js';
import { BACKEND_NAME, OnnxBackend } from './runtime/backend.js';
import { checkDevice } from './runtime/device.js';
import { loadOnnxRuntime } from './runtime/onnx-runtime.js';
import type { SessionOptions } from './runtime/session.js';

/**
 * The TensorFlow.js backend `onnx`, registered and initialised at the first call and current afterwards.
 * `options` are those of the first call.
 *
 * @throws EngineError `ENGINE_UNAVAILABLE`, `ONNX_SECOND_COPY`, `ONNX_DEVICE_UNAVAILABLE`
 */
export async function onnxBackend(options: SessionOptions): Promise<OnnxBackend> {
  await loadOnnxRuntime();
  await checkDevice(options.device);
  if (tf.engine().findBackendFactory(BACKEND_NAME) == null) {
    const backend = new OnnxBackend(options);
    tf.registerBackend(BACKEND_NAME, () => backend);
    registerKernels();
    registerGradients();
  }
  await tf.setBackend(BACKEND_NAME);
  return tf.backend() as OnnxBackend;
}
