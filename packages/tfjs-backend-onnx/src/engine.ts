import type * as tf from '@tensorflow/tfjs';

/** A tensor, or arrays and records of them, nested. */
export type TensorTree = tf.Tensor | readonly TensorTree[] | { readonly [key: string]: TensorTree };

/** What is decided when a function is traced: another value is another signature. */
export type Static = number | string | boolean;

/** What a compiled function takes: tensors and static values, nested. */
export type InputTree = tf.Tensor | Static | readonly InputTree[] | { readonly [key: string]: InputTree };

export interface CompileOptions<Inputs extends InputTree> {
  /**
   * Fields of the inputs that every call uses up: their tensors are disposed by it, also when it fails, and results may
   * be written into their memory. State that a step takes and gives again is then held once instead of twice, as far as
   * its old form is not needed beside the new one. Default: none.
   */
  readonly donate?: readonly (keyof Inputs & string)[];
}

/**
 * The compiled form of a function of tensors. Inputs stay the caller's, but for donated ones; outputs are the caller's
 * to dispose.
 */
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
  /** Whether results stay where they are computed, so that a call that takes them again copies nothing. */
  readonly keepsState: boolean;
  compile<Inputs extends InputTree, Outputs extends TensorTree>(
    fn: (inputs: Inputs) => Outputs,
    options?: CompileOptions<Inputs>,
  ): Compiled<Inputs, Outputs>;
  /** Frees what the engine holds; its compiled functions must not be called afterwards. */
  dispose(): Promise<void>;
}
