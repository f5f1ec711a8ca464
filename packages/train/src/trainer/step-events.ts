import type { TensorTree } from '@tgm/tfjs-backend-onnx';
import type { CallTimes, Collective } from '../collective/collective.js';
import { gatherJson } from '../collective/gather-json.js';
import { TrainError } from '../errors.js';
import type { Batch } from './batches.js';
import type { StepEvent } from './events.js';
import { inBatchOrder } from './in-batch-order.js';
import type { JointCall } from './joint-calls.js';
import type { StepNumbers } from './stepper.js';

export interface CallOutcome {
  readonly call: JointCall<TensorTree>;
  /** What each of its steps came to, and at which learning rate. */
  readonly numbers: readonly StepNumbers[];
  readonly rates: readonly number[];
  /** Seconds of the call, the wait for its batches among them. */
  readonly seconds: number;
  /** What the calls of the collective took of them, where there are several processes. */
  readonly waits: CallTimes | undefined;
  /** Steps done before, and steps of the run. */
  readonly done: number;
  readonly steps: number;
  /** Path of the last checkpoint; rank 0 alone knows it. */
  readonly saved: string | undefined;
}

/**
 * The events of a call's steps.
 *
 * @throws TrainError `LOSS_NOT_FINITE`, on all processes, with the samples of the step.
 */
export async function stepEvents(
  { call, numbers, rates, seconds, waits, done, steps, saved }: CallOutcome,
  collective: Collective,
): Promise<StepEvent[]> {
  const clips = call.all.reduce((sum, step) => sum + step.clips, 0);
  const events = numbers.map(
    (each, index): StepEvent => ({
      type: 'step',
      step: done + index + 1,
      steps,
      ...each,
      learningRate: rates[index]!,
      seconds: seconds / numbers.length,
      clipsPerSecond: clips / seconds,
      dataWaitSeconds: call.waitSeconds / numbers.length,
      ...(waits && {
        reduceWaitSeconds: waits.seconds / numbers.length,
        peerWaitSeconds: waits.peerSeconds / numbers.length,
      }),
      replaced: call.all[index]!.replaced,
    }),
  );
  const wrong = events.findIndex(
    ({ total, weightNorm }) => !(Number.isFinite(total) && Number.isFinite(weightNorm)),
  );
  if (wrong >= 0) await refuse(events[wrong]!, call.steps[wrong]!, saved, collective);
  return events;
}

/** All processes come here: losses and weights are the same on all of them. */
async function refuse(
  { step, total, weightNorm, terms, learningRate }: StepEvent,
  batches: readonly Batch<TensorTree>[],
  saved: string | undefined,
  collective: Collective,
): Promise<never> {
  const ranks = (await gatherJson(collective, {
    ids: batches.map(({ ids }) => ids),
    saved: saved ?? null,
  })) as unknown as { readonly ids: readonly (readonly string[])[]; readonly saved: string | null }[];
  const ids = inBatchOrder(ranks.map((rank) => rank.ids));
  const checkpoint = ranks[0]!.saved;
  const told = Object.entries(terms).map(([name, value]) => `${name} ${value}`);
  throw new TrainError('LOSS_NOT_FINITE', {
    where: `trainer, step ${step}, samples ${ids.join(', ')}`,
    expected: 'a finite loss and finite weights',
    received: `a loss of ${total} and weights of norm ${weightNorm} (${told.join(', ')}; learning rate ${learningRate})`,
    advice: checkpoint ? `The last good checkpoint is ${checkpoint}.` : 'No checkpoint was written yet.',
  });
}
