import * as tf from '@tensorflow/tfjs';
import { withoutBanner } from './cpu-banner.js';
import type { CompileOptions, Engine, InputTree, TensorTree } from './engine.js';
import { engineDisposed } from './errors.js';
import { registerGradients } from './gradients.js';
import { checkFunction, compileOptions } from './options.js';
import { donatedTensors, flattenOutputs, unflatten } from './tree.js';

/** TensorFlow.js's own backend in plain JavaScript: slow, exact, everywhere. For cross-checks and tests. */
export async function cpuEngine(): Promise<Engine> {
  await tf.setBackend('cpu');
  return eagerEngine('cpu');
}

/** An engine on the current TensorFlow.js backend, which computes at once. */
export function eagerEngine(backendName: string): Engine {
  registerGradients();
  withoutBanner();
  let disposed = false;
  return {
    name: backendName,
    keepsState: true,
    compile<Inputs extends InputTree, Outputs extends TensorTree>(
      fn: (inputs: Inputs) => Outputs,
      options: CompileOptions<Inputs> = {},
    ) {
      checkFunction(fn);
      const { donate } = compileOptions.check(options);
      return async (inputs: Inputs) => {
        if (disposed) throw engineDisposed(backendName);
        const given = donatedTensors(inputs, donate);
        const previous = tf.getBackend();
        if (previous !== backendName) await tf.setBackend(backendName);
        try {
          return tf.tidy(() => {
            const outputs = fn(inputs);
            // Clones, so that an output that is an input, or the same tensor twice, can be disposed by itself.
            const clones = flattenOutputs(outputs).map((output) => output.clone());
            return unflatten(outputs, clones) as tf.TensorContainer;
          }) as Outputs;
        } finally {
          tf.dispose([...given]);
          if (previous !== backendName) await tf.setBackend(previous);
        }
      };
    },
    async dispose() {
      disposed = true;
    },
  };
}
