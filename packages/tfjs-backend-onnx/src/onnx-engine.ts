import { type CompiledFunction, compileTraced } from './compile.js';
import type { CompileOptions, Engine, InputTree, TensorTree } from './engine.js';
import { EngineDisposedError } from './errors.js';
import { onnxBackend } from './register-backend.js';
import { BACKEND_NAME } from './runtime/backend.js';
import { checkDevice, holdsTensors } from './runtime/device.js';
import { deviceOf, type SessionOptions } from './runtime/session.js';

export type OnnxEngineOptions = SessionOptions;

/**
 * The traced engine. The first call registers the TensorFlow.js backend `onnx`; every call makes it current.
 * Tensors from outside that a compiled function reads are constants of its graph: what they hold at the first
 * call stays, whatever happens to them later.
 *
 * @throws DeviceUnavailableError when ONNX Runtime cannot compute on `device`
 * @throws RuntimeFailure, from a compiled function, when ONNX Runtime refuses or fails to run a graph
 */
export async function onnxEngine(options: OnnxEngineOptions = {}): Promise<Engine> {
  const device = deviceOf(options);
  await checkDevice(device);
  const backend = await onnxBackend(options);
  const compiled: CompiledFunction<InputTree, TensorTree>[] = [];
  let disposed = false;
  return {
    name: BACKEND_NAME,
    keepsState: device === 'cpu' || holdsTensors(device),
    compile<Inputs extends InputTree, Outputs extends TensorTree>(
      fn: (inputs: Inputs) => Outputs,
      { donate = [] }: CompileOptions<Inputs> = {},
    ) {
      const made = compileTraced(backend, options, fn, donate);
      compiled.push(made as unknown as CompiledFunction<InputTree, TensorTree>);
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
