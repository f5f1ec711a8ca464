import * as tf from '@tensorflow/tfjs';
import type { Compiled, InputTree, TensorTree } from './engine.js';
import { notATensorTree } from './errors.js';
import type { HeldTensor } from './graph/held-tensor.js';
import type { OutputType } from './graph/record.js';
import type { Value } from './graph/value.js';
import type { GraphCache } from './graph-cache.js';
import type { OnnxBackend } from './runtime/backend.js';
import { buildExecutable, type Executable } from './runtime/executable.js';
import { materialise } from './runtime/materialise.js';
import type { SessionOptions } from './runtime/session.js';
import { hold, uploaded } from './runtime/transfer.js';
import { traceFunction } from './trace.js';
import { donatedTensors, flattenInputs, signature, unflatten } from './tree.js';

interface Traced {
  readonly executable: Executable;
  /** Shapes, types and structure of what the function returned; its tensors are disposed. */
  readonly outputs: TensorTree;
  readonly types: readonly OutputType[];
  release(): Promise<void>;
}

export interface Compilation<Inputs extends InputTree, Outputs extends TensorTree> {
  readonly backend: OnnxBackend;
  readonly options: SessionOptions;
  readonly cache: GraphCache;
  /** Tells the function from others in the cache. */
  readonly name: string;
  readonly fn: (inputs: Inputs) => Outputs;
  /** Fields of the inputs. */
  readonly donate: readonly string[];
}

/** The traced engine's `compile`: one graph per input signature, made at the first call that has it. */
export function compileTraced<Inputs extends InputTree, Outputs extends TensorTree>({
  backend,
  options,
  cache,
  name,
  fn,
  donate,
}: Compilation<Inputs, Outputs>): Compiled<Inputs, Outputs> {
  return async (inputs) => {
    const tensors = flattenInputs(inputs);
    const given = donatedTensors(inputs, donate);
    const held = acquire(backend, tensors, options);
    const trace = (): Promise<Traced> => {
      const donated = tensors.flatMap((tensor, index) => (given.has(tensor) ? [index] : []));
      return build(backend, options, fn, inputs, new Set(donated));
    };
    try {
      return await cache.use(
        `${name}:${signature(inputs)}`,
        trace,
        async ({ executable, outputs, types }) => {
          const ready = await held.ready;
          tf.dispose([...given]);
          const results = await executable.run(ready);
          return unflatten(
            outputs,
            types.map((type, index) => wrap(backend, type, results[index]!)),
          ) as Outputs;
        },
      );
    } finally {
      tf.dispose([...given]);
      await held.release();
    }
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
  const executable = await buildExecutable(values, options, 'device', donated);
  return { executable, outputs, types, release: executable.release };
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
    if (tensor.isDisposed) throw notATensorTree(`inputs (tensor ${index})`, 'a disposed tensor');
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
