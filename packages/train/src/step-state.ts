import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import type { AdamW } from './adamw.js';
import { type FlatLayout, joinParams } from './flat-params.js';
import type { StepState } from './train-step.js';
import type { TrainingState } from './training-state.js';

/** The state before the first step; the parameters stay the caller's. */
export async function freshState(
  engine: Engine,
  optimizer: AdamW,
  layout: FlatLayout,
  params: Params,
): Promise<StepState> {
  // Compiled, so that the vectors are memory that the first step may write over.
  const join = engine.compile((given: Params) => joinParams(layout, given));
  const flat = await join(params);
  return { flat, optimizer: optimizer.init(flat) };
}

/** A saved state as tensors. */
export function stateFrom(saved: TrainingState): StepState {
  return {
    flat: tensorsOf(saved.flat),
    optimizer: {
      step: tf.scalar(saved.step),
      firstMoments: tensorsOf(saved.firstMoments),
      secondMoments: tensorsOf(saved.secondMoments),
    },
  };
}

/** The state on the host, to be saved; the tensors stay. */
export async function hostState(state: StepState, step: number): Promise<TrainingState> {
  return {
    step,
    flat: await vectorsOf(state.flat),
    firstMoments: await vectorsOf(state.optimizer.firstMoments),
    secondMoments: await vectorsOf(state.optimizer.secondMoments),
  };
}

const tensorsOf = (vectors: Readonly<Record<string, Float32Array>>): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(vectors).map(([group, values]) => [group, tf.tensor1d(values)]));

async function vectorsOf(tensors: Params): Promise<Record<string, Float32Array>> {
  const vectors: Record<string, Float32Array> = {};
  for (const [group, value] of Object.entries(tensors)) vectors[group] = await value.data<'float32'>();
  return vectors;
}
