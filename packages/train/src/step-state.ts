import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { AdamW } from './adamw.js';
import type { StepState } from './train-step.js';
import type { TrainingState } from './training-state.js';

/** The state before the first step. */
export function freshState(optimizer: AdamW, flat: Record<string, Float32Array>): StepState {
  const tensors = tensorsOf(flat);
  return { flat: tensors, optimizer: optimizer.init(tensors) };
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
