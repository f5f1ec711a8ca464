import * as tf from '@tensorflow/tfjs';
import type { InputTree, TensorTree } from './engine.js';
import { reach } from './graph/reach.js';
import { withTrace } from './graph/record.js';
import type { Value, ValueType } from './graph/value.js';
import { BACKEND_NAME, type OnnxBackend } from './runtime/backend.js';
import { materialise } from './runtime/materialise.js';
import type { SessionOptions } from './runtime/session.js';
import { flattenInputs, flattenOutputs, unflatten } from './tree.js';

export interface Trace<Outputs extends TensorTree> {
  /** Structure of what the function returned; its tensors are disposed. */
  readonly outputs: Outputs;
  /** What was recorded for each of its tensors, in order. */
  readonly values: readonly Value[];
}

/** Runs `fn` on stand-ins for its input tensors; computes what it reads that was recorded outside of it. */
export async function traceFunction<Inputs extends InputTree, Outputs extends TensorTree>(
  backend: OnnxBackend,
  options: SessionOptions,
  fn: (inputs: Inputs) => Outputs,
  inputs: Inputs,
): Promise<Trace<Outputs>> {
  const { outputs, values, foreign } = onBackend(() =>
    withTrace((trace) =>
      // Tidied as a whole: what the function captured from outside is not among what this scope disposes.
      scoped(() => {
        const firstId = tf.scalar(0).id; // ids ascend
        const placeholders = flattenInputs(inputs).map((tensor, index) =>
          placeholder(backend, tensor, index),
        );
        const outputs = fn(unflatten(inputs, placeholders));
        const results = flattenOutputs(outputs);
        const values = results.map((result) => backend.value(result));
        // `tf.keep` inside `fn` takes a tensor out of the scope: what it saved for the result is recorded by now.
        for (const result of results) if (result.kept && result.id > firstId) result.dispose();
        return { outputs, values, foreign: recordedOutside(values, trace) };
      }),
    ),
  );
  await materialise(foreign, options);
  return { outputs, values };
}

/** Runs `body` with the onnx backend current; with initialised backends the switch takes effect at once. */
function onBackend<Result>(body: () => Result): Result {
  const previous = tf.getBackend();
  if (previous !== BACKEND_NAME) void tf.setBackend(BACKEND_NAME);
  try {
    return body();
  } finally {
    if (previous !== BACKEND_NAME) void tf.setBackend(previous);
  }
}

/** Runs `body` and disposes every tensor that it made. */
function scoped<Result>(body: () => Result): Result {
  tf.engine().startScope();
  try {
    return body();
  } finally {
    tf.engine().endScope();
  }
}

function placeholder(backend: OnnxBackend, tensor: tf.Tensor, index: number): tf.Tensor {
  const value: Value = {
    type: tensor.dtype as ValueType,
    shape: [...tensor.shape],
    source: { kind: 'input', index },
  };
  return tf.engine().makeTensorFromTensorInfo(backend.bind(value), backend);
}

/** Values that `values` read and that were recorded before this trace: computed once, not in every run. */
function recordedOutside(values: readonly Value[], trace: number): Value[] {
  return reach(values, (node) => node.trace === trace).filter(
    ({ source }) => source.kind === 'node' && source.node.trace !== trace,
  );
}
