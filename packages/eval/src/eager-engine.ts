import * as tf from '@tensorflow/tfjs';
import type { Engine, TensorTree } from '@tgm/tfjs-backend-onnx';

/** The smallest engine that keeps the contract: `fn` inside `tf.tidy`. For tests. */
export function eagerEngine(): Engine & { readonly compilations: () => number } {
  let compilations = 0;
  return {
    name: 'eager',
    compilations: () => compilations,
    compile<Inputs extends TensorTree, Outputs extends TensorTree>(fn: (inputs: Inputs) => Outputs) {
      compilations++;
      return async (inputs: Inputs) => tf.tidy(() => fn(inputs) as never) as Outputs;
    },
    async dispose() {},
  };
}
