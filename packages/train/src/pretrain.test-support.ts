import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { textGuidedMasking } from '@tgm/masking';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { noiseSource, type TextCueOnly } from './data/noise-source.test-support.js';
import { shuffled } from './data/shuffled.js';
import { tinyModel } from './objectives/tiny-batch.test-support.js';
import { adamW } from './optimizers/adamw.js';
import type { PretrainOptions } from './pretrain.js';
import { cosineSchedule } from './schedules/cosine.js';
import type { EndEvent, StepEvent, TrainEvent } from './trainer/events.js';

export const STEPS = 5;

/** Five steps of reconstruction and contrast on six clips of noise. */
export const tinyPretraining = (engine: Engine): PretrainOptions<TextCueOnly> => ({
  engine,
  model: tinyModel(),
  examples: shuffled(noiseSource()),
  masking: textGuidedMasking({ ratio: 0.5 }),
  losses: [
    { loss: reconstructionLoss(), weight: 1 },
    { loss: contrastiveLoss(), weight: 1 },
  ],
  optimizer: adamW(),
  schedule: cosineSchedule({ base: 1e-2, warmupSteps: 2, steps: STEPS }),
  batchSize: 4,
  steps: STEPS,
  seed: 7,
});

/** What a run came to. */
export interface Course {
  readonly steps: readonly StepEvent[];
  readonly end: EndEvent;
  readonly weights: Readonly<Record<string, Float32Array>>;
}

/** Runs to the end; all weights as numbers by name. */
export async function runToEnd(
  events: AsyncIterable<TrainEvent>,
  onStep: (event: StepEvent) => void = () => undefined,
): Promise<Course> {
  const steps: StepEvent[] = [];
  for await (const event of events) {
    if (event.type === 'step') {
      steps.push(event);
      onStep(event);
    }
    if (event.type !== 'end') continue;
    const weights: Record<string, Float32Array> = {};
    for (const [name, value] of Object.entries(event.params)) {
      weights[name] = await value.data<'float32'>();
      value.dispose();
    }
    for (const value of Object.values({ ...event.buffers, ...event.average })) value.dispose();
    return { steps, end: event, weights };
  }
  throw new Error('no end event');
}
