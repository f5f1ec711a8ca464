import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { tensorsOf } from '../checkpoint/host-tensors.js';
import type { HostTensor, HostTensors } from '../checkpoint/saved-run.js';
import type { Optimizer, OptimizerState } from '../optimizers/optimizer.js';
import { joinParams, namedParts, type VectorLayout } from './parameter-vectors.js';

/** All that changes from step to step. A call of the engine uses it up. */
export type RunState = {
  /** Parameters, as the vectors of a layout. */
  readonly vectors: Params;
  readonly optimizer: OptimizerState;
  /** By name. */
  readonly buffers: Params;
  /** The running average of `vectors`; empty where none is kept. */
  readonly average: Params;
};

/** A state on the host, by the parameters' names. */
export interface HostState {
  readonly params: HostTensors;
  readonly buffers: HostTensors;
  readonly average?: HostTensors;
  readonly optimizer: { readonly step: number; readonly slots: Readonly<Record<string, HostTensors>> };
}

/** The state before the first step; `params` and `buffers` stay the caller's. */
export async function freshState(
  engine: Engine,
  optimizer: Optimizer,
  layout: VectorLayout,
  params: Params,
  buffers: Params,
  averaged: boolean,
): Promise<RunState> {
  const copies = (tensors: Params): Params =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, tensor]) => [
        name,
        tf.mul(tensor, tf.scalar(1, tensor.dtype as 'float32' | 'int32')),
      ]),
    );
  // Compiled, so that the tensors are memory that the first step may write over.
  const make = engine.compile((given: { params: Params; buffers: Params }) => {
    const vectors = joinParams(layout, given.params);
    return { vectors, buffers: copies(given.buffers), average: averaged ? copies(vectors) : {} };
  });
  const made = await make({ params, buffers });
  return { ...made, optimizer: optimizer.init(made.vectors) };
}

/** A saved state as tensors over its memory. */
export function stateFrom(saved: HostState, layout: VectorLayout): RunState {
  const vectorsOf = (tensors: HostTensors): Params =>
    Object.fromEntries(
      Object.entries(layout.groups).map(([group, { entries }]) => {
        const vector = new Float32Array(entries.reduce((sum, { size }) => sum + size, 0));
        let offset = 0;
        for (const { name, size } of entries) {
          vector.set(tensors[name]!.data, offset);
          offset += size;
        }
        return [group, tf.tensor1d(vector)];
      }),
    );
  return {
    vectors: vectorsOf(saved.params),
    optimizer: {
      step: tf.scalar(saved.optimizer.step),
      slots: Object.fromEntries(
        Object.entries(saved.optimizer.slots).map(([slot, tensors]) => [slot, vectorsOf(tensors)]),
      ),
    },
    buffers: tensorsOf(saved.buffers),
    average: saved.average ? vectorsOf(saved.average) : {},
  };
}

/** The state on the host, to be saved or given away; the tensors stay. */
export async function hostState(state: RunState, layout: VectorLayout): Promise<HostState> {
  const named = async (vectors: Params): Promise<HostTensors> => {
    const read: Record<string, Float32Array> = {};
    for (const [group, vector] of Object.entries(vectors)) read[group] = await vector.data<'float32'>();
    return namedParts(layout, read);
  };
  const slots: Record<string, HostTensors> = {};
  for (const [slot, vectors] of Object.entries(state.optimizer.slots)) slots[slot] = await named(vectors);
  const buffers: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(state.buffers)) {
    buffers[name] = { shape: tensor.shape, data: (await tensor.data()) as Float32Array | Int32Array };
  }
  const [step] = await state.optimizer.step.data();
  return {
    params: await named(state.vectors),
    buffers,
    ...(Object.keys(state.average).length > 0 ? { average: await named(state.average) } : {}),
    optimizer: { step: step!, slots },
  };
}
