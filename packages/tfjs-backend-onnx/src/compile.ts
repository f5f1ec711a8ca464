import * as tf from '@tensorflow/tfjs';
import type { Compiled, InputTree, TensorTree } from './engine.js';
import { TensorTreeError } from './errors.js';
import type { OutputType } from './graph/record.js';
import type { Value } from './graph/value.js';
import type { OnnxBackend } from './runtime/backend.js';
import { buildExecutable, type Executable } from './runtime/executable.js';
import type { HeldTensor } from './runtime/held-tensor.js';
import { materialise } from './runtime/materialise.js';
import type { SessionOptions } from './runtime/session.js';
import { hold, uploaded } from './runtime/transfer.js';
import { traceFunction } from './trace.js';
import { flattenInputs, signature, tensorsOfFields, unflatten } from './tree.js';

interface Traced {
  readonly executable: Executable;
  /** Shapes, types and structure of what the function returned; its tensors are disposed. */
  readonly outputs: TensorTree;
  readonly types: readonly OutputType[];
}

export interface CompiledFunction<Inputs extends InputTree, Outputs extends TensorTree> {
  readonly call: Compiled<Inputs, Outputs>;
  release(): Promise<void>;
}

/** The traced engine's `compile`: one graph per input signature, made at the first call that has it. */
export function compileTraced<Inputs extends InputTree, Outputs extends TensorTree>(
  backend: OnnxBackend,
  options: SessionOptions,
  fn: (inputs: Inputs) => Outputs,
  donate: readonly string[],
): CompiledFunction<Inputs, Outputs> {
  const traces = new Map<string, Promise<Traced>>();

  const call = async (inputs: Inputs): Promise<Outputs> => {
    const tensors = flattenInputs(inputs);
    const given = tensorsOfFields(inputs, donate);
    const key = signature(inputs);
    const held = acquire(backend, tensors, options);
    let traced = traces.get(key);
    if (!traced) {
      const donated = tensors.flatMap((tensor, index) => (given.has(tensor) ? [index] : []));
      traced = build(backend, options, fn, inputs, new Set(donated));
      traces.set(key, traced);
      traced.catch(() => traces.delete(key));
    }
    try {
      const { executable, outputs, types } = await traced;
      const ready = await held.ready;
      tf.dispose([...given]);
      const results = await executable.run(ready);
      return unflatten(
        outputs,
        types.map((type, index) => wrap(backend, type, results[index]!)),
      ) as Outputs;
    } finally {
      tf.dispose([...given]);
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

async function build<Inputs extends InputTree>(
  backend: OnnxBackend,
  options: SessionOptions,
  fn: (inputs: Inputs) => TensorTree,
  inputs: Inputs,
  donated: ReadonlySet<number>,
): Promise<Traced> {
  const { outputs, values } = await traceFunction(backend, options, fn, inputs);
  const types = values.map(({ shape, type }) => ({ shape, type }));
  return { executable: await buildExecutable(values, options, 'device', donated), outputs, types };
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
