import * as tf from '@tensorflow/tfjs';
import type { Value } from '../graph/value.js';
import { BACKEND_NAME, type OnnxBackend } from '../runtime/backend.js';

/** A kernel as a function of values: it records nodes and gives the values they compute. */
export interface Kernel {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: attributes are typed per kernel, where the function is written.
  readonly run: (inputs: Record<string, Value>, attributes: any) => Value | Value[];
}

// biome-ignore lint/suspicious/noExplicitAny: see above.
export function kernel<Attributes = any>(
  name: string,
  run: (inputs: Record<string, Value>, attributes: Attributes) => Value | Value[],
): Kernel {
  return { name, run };
}

/** Tells TensorFlow.js about a kernel of this backend. */
export function registerKernel({ name, run }: Kernel): void {
  tf.registerKernel({
    kernelName: name,
    backendName: BACKEND_NAME,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const onnx = backend as OnnxBackend;
      const values: Record<string, Value> = {};
      for (const [key, tensor] of Object.entries(inputs)) {
        if (tensor) values[key] = onnx.value(tensor as tf.TensorInfo);
      }
      const result = run(values, attrs ?? {});
      return Array.isArray(result) ? result.map((value) => onnx.bind(value)) : onnx.bind(result);
    },
  });
}
