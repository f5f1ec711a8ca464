import { compileTraced } from './compile.js';
import { withoutBanner } from './cpu-banner.js';
import type { CompileOptions, Engine, InputTree, TensorTree } from './engine.js';
import { engineDisposed } from './errors.js';
import { graphCache } from './graph-cache.js';
import { checkFunction, compileOptions, engineOptions, type OnnxEngineOptions } from './options.js';
import { onnxBackend } from './register-backend.js';
import { BACKEND_NAME } from './runtime/backend.js';
import { holdsTensors } from './runtime/device.js';

/**
 * The traced engine. The first call loads ONNX Runtime and registers the TensorFlow.js backend `onnx`; every call makes it
 * current. Tensors from outside that a compiled function reads are constants of its graph: what they hold at the first
 * call stays, whatever happens to them later.
 *
 * @throws EngineError `OPTION_INVALID`; `ENGINE_UNAVAILABLE` where ONNX Runtime has no binary or does not load;
 *   `ONNX_SECOND_COPY` where another copy of it is loaded; `ONNX_DEVICE_UNAVAILABLE`; and from a compiled function
 *   `ONNX_RUNTIME` or `ONNX_INDEX` when ONNX Runtime refuses or fails to run a graph
 */
export async function onnxEngine(options: OnnxEngineOptions = {}): Promise<Engine> {
  const { graphs, ...session } = engineOptions.check(options);
  const { device } = session;
  const backend = await onnxBackend(session);
  withoutBanner();
  const cache = graphCache(graphs);
  let functions = 0;
  let disposed = false;
  return {
    name: BACKEND_NAME,
    keepsState: device === 'cpu' || holdsTensors(device),
    compile<Inputs extends InputTree, Outputs extends TensorTree>(
      fn: (inputs: Inputs) => Outputs,
      options: CompileOptions<Inputs> = {},
    ) {
      checkFunction(fn);
      const { donate } = compileOptions.check(options);
      const call = compileTraced({ backend, options: session, cache, name: String(functions++), fn, donate });
      return async (inputs: Inputs) => {
        if (disposed) throw engineDisposed(BACKEND_NAME);
        return call(inputs);
      };
    },
    async dispose() {
      disposed = true;
      await cache.clear();
    },
  };
}
