import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import { TrainError } from '../errors.js';
import type { Call } from './calls.js';
import type { StepEvent } from './events.js';
import type { StepNumbers } from './stepper.js';

export interface CallOutcome {
  readonly call: Call<TensorTree>;
  /** What each of its steps came to, and at which learning rate. */
  readonly numbers: readonly StepNumbers[];
  readonly rates: readonly number[];
  /** Seconds of the call, the wait for its batches among them. */
  readonly seconds: number;
  /** Steps done before, and steps of the run. */
  readonly done: number;
  readonly steps: number;
  /** Path of the last checkpoint. */
  readonly saved: string | undefined;
}

/**
 * The events of a call's steps.
 *
 * @throws TrainError `LOSS_NOT_FINITE` with the samples of the step.
 */
export function stepEvents({ call, numbers, rates, seconds, done, steps, saved }: CallOutcome): StepEvent[] {
  const clips = call.steps.flat().reduce((sum, batch) => sum + batch.clips, 0);
  return numbers.map((each, index) => {
    const batches = call.steps[index]!;
    const event: StepEvent = {
      type: 'step',
      step: done + index + 1,
      steps,
      ...each,
      learningRate: rates[index]!,
      seconds: seconds / numbers.length,
      clipsPerSecond: clips / seconds,
      dataWaitSeconds: call.waitSeconds / numbers.length,
      replaced: batches.flatMap(({ replaced }) => replaced),
    };
    requireFinite(
      event,
      batches.flatMap(({ ids }) => ids),
      saved,
    );
    return event;
  });
}

function requireFinite(
  { step, total, weightNorm, terms, learningRate }: StepEvent,
  ids: readonly string[],
  saved: string | undefined,
): void {
  if (Number.isFinite(total) && Number.isFinite(weightNorm)) return;
  const told = Object.entries(terms).map(([name, value]) => `${name} ${value}`);
  throw new TrainError('LOSS_NOT_FINITE', {
    where: `trainer, step ${step}, samples ${ids.join(', ')}`,
    expected: 'a finite loss and finite weights',
    received: `a loss of ${total} and weights of norm ${weightNorm} (${told.join(', ')}; learning rate ${learningRate})`,
    advice: saved ? `The last good checkpoint is ${saved}.` : 'No checkpoint was written yet.',
  });
}
