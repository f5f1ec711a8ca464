import type * as tf from '@tensorflow/tfjs';

/** A tensor, or arrays and records of them, nested. */
export type TensorTree = tf.Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** What is decided when a function is traced: another value is another signature. */
export type Static = number | string | boolean;

/** What a compiled function takes: tensors and static values, nested. */
export type InputTree = tf.Tensor | Static | readonly InputTree[] | { readonly [key: string]: InputTree };

/** The compiled form of a function of tensors. Inputs stay the caller's; outputs are the caller's to dispose. */
export type Compiled<Inputs extends InputTree, Outputs extends TensorTree> = (
  inputs: Inputs,
) => Promise<Outputs>;

/**
 * Runs functions of tensors.
 *
 * `compile(fn)` takes a pure function written in TensorFlow.js ops. The traced engine runs `fn` once per input
 * signature (structure, shapes, dtypes, values of static inputs) to record a graph; an eager engine runs it every time.
 * Read results with `await tensor.data()`, never `dataSync()`.
 */
export interface Engine {
  readonly name: string;
  compile<Inputs extends InputTree, Outputs extends TensorTree>(
    fn: (inputs: Inputs) => Outputs,
  ): Compiled<Inputs, Outputs>;
  /** Frees what the engine holds; its compiled functions must not be called afterwards. */
  dispose(): Promise<void>;
}
