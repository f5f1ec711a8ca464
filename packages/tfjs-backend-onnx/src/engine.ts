import type * as tf from '@tensorflow/tfjs';

/** A tensor, or arrays and records of them, nested. */
export type TensorTree = tf.Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** The compiled form of a function of tensors. Inputs stay the caller's; outputs are the caller's to dispose. */
export type Compiled<Inputs extends TensorTree, Outputs extends TensorTree> = (
  inputs: Inputs,
) => Promise<Outputs>;

/**
 * Runs functions of tensors.
 *
 * `compile(fn)` takes a pure function written in TensorFlow.js ops. The traced engine runs `fn` once per input
 * signature (structure, shapes, dtypes) to record a graph; an eager engine runs it every time.
 * Read results with `await tensor.data()`, never `dataSync()`.
 */
export interface Engine {
  readonly name: string;
  compile<Inputs extends TensorTree, Outputs extends TensorTree>(
    fn: (inputs: Inputs) => Outputs,
  ): Compiled<Inputs, Outputs>;
  /** Frees what the engine holds; its compiled functions must not be called afterwards. */
  dispose(): Promise<void>;
}
