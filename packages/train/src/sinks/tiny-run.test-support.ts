import type { Engine } from '@tgm/tfjs-backend-onnx';
import { sgd } from '../optimizers/sgd.js';
import { constantSchedule } from '../schedules/constant.js';
import type { EndEvent, StepEvent, TrainEvent } from '../trainer/events.js';
import { comparison, type Points, points } from '../trainer/toy-objectives.test-support.js';
import { trainer } from '../trainer/trainer.js';
import type { TrainerOptions } from '../trainer/trainer-options.js';

/** Six steps of a small objective, evaluated every third, of the current parameters and of their average. */
export const tinyRun = (engine: Engine, change: Partial<TrainerOptions<Points>> = {}) =>
  trainer<Points>({
    engine,
    objective: comparison(),
    batches: points(4),
    optimizer: sgd(),
    schedule: constantSchedule({ base: 0.01 }),
    steps: 6,
    seed: 1,
    stepsPerCall: 1,
    average: { decay: 0.5 },
    evaluate: {
      every: 3,
      evaluators: [
        { name: 'first', evaluate: async ({ w }) => ({ weight: (await w!.data())[0]!, none: Number.NaN }) },
      ],
      parameters: 'both',
    },
    ...change,
  });

/** Events that were made elsewhere. */
export async function* replayed(events: readonly TrainEvent[]): AsyncGenerator<TrainEvent, void, undefined> {
  yield* events;
}

/** A step of a run of reconstruction and contrast. */
export const stepEvent = (step: number, change: Partial<StepEvent> = {}): StepEvent => ({
  type: 'step',
  step,
  steps: 100,
  total: 4.3,
  terms: { reconstruction: 0.8312, contrastive: 3.402 },
  figures: { 'reconstruction baseline': 0.9841, 'contrastive baseline': 3.466, 'contrastive negatives': 31 },
  weightNorm: 12,
  learningRate: 1.5e-4,
  seconds: 0.5,
  clipsPerSecond: 64,
  dataWaitSeconds: 0.125,
  replaced: [],
  ...change,
});

export const endEvent = (step: number, change: Partial<EndEvent> = {}): EndEvent => ({
  type: 'end',
  reason: 'completed',
  step,
  params: {},
  buffers: {},
  ...change,
});
