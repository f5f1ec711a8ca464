import * as tf from '@tensorflow/tfjs';
import { cpuEngine, type Engine, onnxEngine, type TensorTree } from '@tgm/tfjs-backend-onnx';

/** The engines on which the losses must give the same numbers. */
export const ENGINES: readonly { name: string; make: () => Promise<Engine> }[] = [
  { name: 'cpu', make: () => cpuEngine() },
  { name: 'onnx', make: () => onnxEngine({ threads: 1 }) },
];

/** Runs a function of tensors on an engine once and reads all it gives, by name. */
export async function evaluate<Inputs extends TensorTree>(
  engine: Engine,
  fn: (inputs: Inputs) => Record<string, tf.Tensor>,
  inputs: Inputs,
): Promise<Record<string, number[]>> {
  const outputs = await engine.compile(fn)(inputs);
  const read = Object.entries(outputs).map(async ([name, tensor]) => [name, Array.from(await tensor.data())]);
  const numbers = Object.fromEntries(await Promise.all(read));
  tf.dispose(outputs);
  return numbers;
}
