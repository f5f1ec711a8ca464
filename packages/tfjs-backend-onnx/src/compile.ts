import * as tf from '@tensorflow/tfjs';
import type { Compiled, TensorTree } from './engine.js';
import { TensorTreeError } from './errors.js';
import { type OutputType, withTrace } from './graph/record.js';
import type { Value, ValueType } from './graph/value.js';
import { BACKEND_NAME, type OnnxBackend } from './runtime/backend.js';
import { buildExecutable, type Executable } from './runtime/executable.js';
import type { HeldTensor } from './runtime/held-tensor.js';
import { materialise } from './runtime/materialise.js';
import type { SessionOptions } from './runtime/session.js';
import { hold, uploaded } from './runtime/transfer.js';
import { flatten, signature, unflatten } from './tree.js';

interface Traced {
  readonly executable: Executable;
  /** Shapes, types and structure of what the function returned; its tensors are disposed. */
  readonly outputs: TensorTree;
  readonly types: readonly OutputType[];
}

export interface CompiledFunction<Inputs extends TensorTree, Outputs extends TensorTree> {
  readonly call: Compiled<Inputs, Outputs>;
  release(): Promise<void>;
}

/** The traced engine's `compile`: one graph per input signature, made at the first call that has it. */
export function compileTraced<Inputs extends TensorTree, Outputs extends TensorTree>(
  backend: OnnxBackend,
  options: SessionOptions,
  fn: (inputs: Inputs) => Outputs,
): CompiledFunction<Inputs, Outputs> {
  const traces = new Map<string, Promise<Traced>>();

  const call = async (inputs: Inputs): Promise<Outputs> => {
    const tensors = flatten(inputs, 'inputs');
    const key = signature(inputs);
    const held = acquire(backend, tensors, options);
    let traced = traces.get(key);
    if (!traced) {
      traced = build(backend, options, fn, inputs, tensors);
      traces.set(key, traced);
      traced.catch(() => traces.delete(key));
    }
    try {
      const { executable, outputs, types } = await traced;
      const results = await executable.run(await held.ready);
      return unflatten(
        outputs,
        types.map((type, index) => wrap(backend, type, results[index]!)),
      ) as Outputs;
    } finally {
      await held.release();
    }
  };

  return {
    call,
    async release() {
      for (const traced of traces.values()) await (await traced).executable.release();
      traces.clear();
    },
  };
}

/** Runs `fn` on stand-ins for its inputs and makes what it recorded executable. */
async function build<Inputs extends TensorTree>(
  backend: OnnxBackend,
  options: SessionOptions,
  fn: (inputs: Inputs) => TensorTree,
  inputs: Inputs,
  tensors: readonly tf.Tensor[],
): Promise<Traced> {
  const { outputs, values, foreign } = onBackend(() =>
    withTrace((trace) =>
      // Tidied as a whole: what the function captured from outside is not among what this scope disposes.
      scoped(() => {
        const firstId = tf.scalar(0).id; // ids ascend
        const placeholders = tensors.map((tensor, index) => placeholder(backend, tensor, index));
        const outputs: TensorTree = fn(unflatten(inputs, placeholders));
        const results = flatten(outputs, 'outputs');
        const values = results.map((result) => backend.value(result));
        // `tf.keep` inside `fn` takes a tensor out of the scope: what it saved for the result is recorded by now.
        for (const result of results) if (result.kept && result.id > firstId) result.dispose();
        return { outputs, values, foreign: recordedOutside(values, trace) };
      }),
    ),
  );
  await materialise(foreign, options);
  const types = values.map(({ shape, type }) => ({ shape, type }));
  return { executable: await buildExecutable(values, options), outputs, types };
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
  const found = new Set<Value>();
  const seen = new Set<Value>(values);
  const stack = [...seen];
  while (stack.length > 0) {
    const value = stack.pop()!;
    if (value.source.kind !== 'node') continue;
    if (value.source.node.trace !== trace) {
      found.add(value);
      continue;
    }
    for (const input of value.source.node.inputs) {
      if (input === null || seen.has(input)) continue;
      seen.add(input);
      stack.push(input);
    }
  }
  return [...found];
}

/** Takes hold of the inputs now, so that the caller may dispose them as soon as the call has returned. */
function acquire(backend: OnnxBackend, tensors: readonly tf.Tensor[], options: SessionOptions) {
  const retained: HeldTensor[] = [];
  const take = (value: Value): HeldTensor => {
    const held = hold(value);
    held.retain();
    retained.push(held);
    return held;
  };
  const values = tensors.map((tensor, index): Value | Promise<Value> => {
    if (tensor.isDisposed) throw new TensorTreeError(`inputs (tensor ${index})`, 'a disposed tensor');
    if (backend.owns(tensor)) return backend.peek(tensor);
    return tensor.data().then((data) => uploaded(data as tf.BackendValues, tensor.shape, tensor.dtype));
  });
  const now = values.map((value) =>
    value instanceof Promise || value.source.kind === 'node' ? undefined : take(value),
  );
  const ready = Promise.all(values).then(async (all) => {
    await materialise(all, options);
    return all.map((value, index) => now[index] ?? take(value));
  });
  ready.catch(() => {});
  return {
    ready,
    release: async () => {
      await ready.catch(() => {});
      for (const held of retained) held.release();
    },
  };
}

function wrap(backend: OnnxBackend, type: OutputType, held: HeldTensor): tf.Tensor {
  return tf
    .engine()
    .makeTensorFromTensorInfo(backend.bind({ ...type, source: { kind: 'held', held } }), backend);
}
