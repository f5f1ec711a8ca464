import type * as tf from '@tensorflow/tfjs';
import type { BatchTensors } from './batch.js';
import type { StepInputs, StepOutputs, StepState } from './train-step.js';

export type StepsInputs = {
  readonly state: StepState;
  /** One for each step. */
  readonly batches: readonly BatchTensors[];
  /** Scalars, one for each step. */
  readonly learningRates: readonly tf.Scalar[];
};

export type StepsOutputs = {
  readonly state: StepState;
  /** What each step came to. */
  readonly steps: readonly Omit<StepOutputs, 'state'>[];
};

/** Steps one after the other in one call: a device that copies the state with every call then copies it once for all. */
export function severalSteps(
  step: (inputs: StepInputs) => StepOutputs,
): (inputs: StepsInputs) => StepsOutputs {
  return (inputs) => {
    let { state } = inputs;
    const steps = inputs.batches.map((batch, index) => {
      const { state: next, ...outcome } = step({ state, batch, learningRate: inputs.learningRates[index]! });
      state = next;
      return outcome;
    });
    return { state, steps };
  };
}
