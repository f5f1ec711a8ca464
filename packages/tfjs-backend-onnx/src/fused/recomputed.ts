import * as tf from '@tensorflow/tfjs';
import { FUSED } from '../kernels/fused.js';
import { onOnnx, runFused } from './run-fused.js';

type Tensors = Readonly<Record<string, tf.Tensor>>;

/**
 * `fn(inputs)`, of which only the inputs are kept for the gradient: it is computed again in the backward pass, when its gradient
 * arrives. What a deep model needs in memory is then one layer's activations and the inputs of the others, for one more
 * forward pass (T. Chen et al., "Training deep nets with sublinear memory cost", arXiv 1604.06174, section 4).
 *
 * @param fn pure; it is called once more in the backward pass. Whatever tensors it depends on are inputs: gradients go to these
 *   alone, and what it captured may be disposed by then.
 * @param inputs float32 ones get gradients.
 */
export function recomputed<Inputs extends Tensors, Output extends tf.Tensor>(
  fn: (inputs: Inputs) => Output,
  inputs: Inputs,
): Output {
  const names = Object.keys(inputs);
  const named = (tensors: readonly tf.Tensor[]): Inputs =>
    Object.fromEntries(names.map((name, index) => [name, tensors[index]!])) as unknown as Inputs;
  const op = tf.customGrad((...args) => {
    const given = args.slice(0, -1) as tf.Tensor[];
    (args.at(-1) as unknown as tf.GradSaveFunc)(given);
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) => {
      // ONNX Runtime could otherwise compute all layers again before the first gradient, and equal nodes are recorded once.
      const late = saved.map((x) => (onOnnx() ? runFused(FUSED.after, { x, other: dy })[0]! : x));
      return gradientsAt((tensors) => fn(named(tensors)), late, dy);
    };
    return { value: fn(named(given)), gradFunc: gradFunc as never };
  });
  return op(...names.map((name) => inputs[name]!)) as Output;
}

/** Gradients of `fn` in the middle of a backward pass, whose own tape is put back; 0 where there is none. */
function gradientsAt(
  fn: (tensors: readonly tf.Tensor[]) => tf.Tensor,
  tensors: readonly tf.Tensor[],
  dy: tf.Tensor,
): tf.Tensor[] {
  const { state } = tf.engine();
  const tape = state.activeTape;
  const floats = tensors.filter(({ dtype }) => dtype === 'float32');
  try {
    const { grads } = tf.engine().gradients(() => fn(tensors), floats, dy, true);
    return tensors.map((tensor) => grads[floats.indexOf(tensor)] ?? tf.zeros(tensor.shape));
  } finally {
    state.activeTape = tape;
  }
}
