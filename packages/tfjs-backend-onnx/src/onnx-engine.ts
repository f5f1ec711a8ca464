import * as tf from '@tensorflow/tfjs';
import { type CompiledFunction, compileTraced } from './compile.js';
import type { Engine, TensorTree } from './engine.js';
import { EngineDisposedError } from './errors.js';
import { registerGradients } from './gradients.js';
import { registerKernels } from './kernels/register.js';
import { BACKEND_NAME, OnnxBackend } from './runtime/backend.js';
import type { SessionOptions } from './runtime/session.js';

export type OnnxEngineOptions = SessionOptions;

/**
 * The traced engine. The first call registers the TensorFlow.js backend `onnx`; every call makes it current.
 * Tensors from outside that a compiled function reads are constants of its graph: what they hold at the first
 * call stays, whatever happens to them later.
 *
 * @throws RuntimeFailure, from a compiled function, when ONNX Runtime refuses or fails to run a graph
 */
export async function onnxEngine(options: OnnxEngineOptions = {}): Promise<Engine> {
  if (tf.engine().findBackendFactory(BACKEND_NAME) == null) {
    const backend = new OnnxBackend(options);
    tf.registerBackend(BACKEND_NAME, () => backend);
    registerKernels();
    registerGradients();
  }
  await tf.setBackend(BACKEND_NAME);
  const backend = tf.backend() as OnnxBackend;
  const compiled: CompiledFunction<TensorTree, TensorTree>[] = [];
  let disposed = false;
  return {
    name: BACKEND_NAME,
    compile<Inputs extends TensorTree, Outputs extends TensorTree>(fn: (inputs: Inputs) => Outputs) {
      const made = compileTraced(backend, options, fn);
      compiled.push(made as unknown as CompiledFunction<TensorTree, TensorTree>);
      return async (inputs: Inputs) => {
        if (disposed) throw new EngineDisposedError(BACKEND_NAME);
        return made.call(inputs);
      };
    },
    async dispose() {
      disposed = true;
      for (const { release } of compiled.splice(0)) await release();
    },
  };
}
