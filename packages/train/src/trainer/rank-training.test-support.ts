import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { randomMasking } from '@tgm/masking';
import { onnxEngine } from '@tgm/tfjs-backend-onnx';
import type { Collective } from '../collective/collective.js';
import { noiseSource } from '../data/noise-source.test-support.js';
import { shuffled } from '../data/shuffled.js';
import { tinyModel } from '../objectives/tiny-batch.test-support.js';
import { adamW } from '../optimizers/adamw.js';
import type { Optimizer } from '../optimizers/optimizer.js';
import { pretrain } from '../pretrain.js';
import { runToEnd } from '../pretrain.test-support.js';
import { cosineSchedule } from '../schedules/cosine.js';
import type { StepEvent } from './events.js';
import type { RunOptions } from './trainer-options.js';

export const LEARNED = ['reconstruction', 'contrast', 'both'] as const;

/** How the eight clips of a step are cut: `batchSize` times `accumulate`, before ranks share each batch. */
export interface Cut {
  readonly batchSize: number;
  readonly accumulate: number;
}

/** All eight at once. */
export const WHOLE: Cut = { batchSize: 8, accumulate: 1 };

/** What a training came to, as JSON that crosses processes. */
export interface Trained {
  readonly totals: readonly number[];
  readonly figures: readonly Readonly<Record<string, number>>[];
  /** All parameters, by name. */
  readonly params: Readonly<Record<string, readonly number[]>>;
}

/** Parameters become the gradients of the last step. */
const gradientTaker: Optimizer = {
  ...adamW(),
  update: (gradients, state) => ({ params: gradients, state }),
  describe: () => ({ is: 'gradientTaker' }),
};

const LOSSES = {
  reconstruction: [{ loss: reconstructionLoss(), weight: 1 }],
  contrast: [{ loss: contrastiveLoss(), weight: 1 }],
  both: [
    { loss: reconstructionLoss(), weight: 1 },
    { loss: contrastiveLoss(), weight: 0.5 },
  ],
};

/** Pre-training of the tiny model on sixteen clips of noise, eight a step. */
export async function rankTraining(
  learned: (typeof LEARNED)[number],
  { batchSize, accumulate }: Cut,
  options: Partial<RunOptions> & {
    readonly gradients?: boolean;
    readonly onStep?: (event: StepEvent) => void;
  },
): Promise<Trained> {
  const { gradients = false, steps = 10, onStep, ...rest } = options;
  const engine = await onnxEngine({ threads: 1 });
  try {
    const { steps: taken, weights } = await runToEnd(
      pretrain({
        engine,
        model: tinyModel(),
        examples: shuffled(noiseSource(16)),
        masking: randomMasking({ ratio: 0.5 }),
        losses: LOSSES[learned],
        optimizer: gradients ? gradientTaker : adamW(),
        schedule: cosineSchedule({ base: 1e-2, warmupSteps: 2, steps: 20 }),
        ...{ batchSize, accumulate, seed: 3, steps, ...rest },
      }),
      onStep,
    );
    return {
      totals: taken.map(({ total }) => total),
      figures: taken.map(({ figures }) => figures),
      params: Object.fromEntries(
        Object.entries(weights).map(([name, numbers]) => [name, Array.from(numbers)]),
      ),
    };
  } finally {
    await engine.dispose();
  }
}

/** The gradients of the first step and ten steps of each. */
export async function allTrainings(
  cut: Cut,
  collective: Collective,
): Promise<Record<string, { readonly first: Trained; readonly ten: Trained }>> {
  const all: Record<string, { first: Trained; ten: Trained }> = {};
  for (const learned of LEARNED) {
    const first = await rankTraining(learned, cut, { collective, gradients: true, steps: 1 });
    all[learned] = { first, ten: await rankTraining(learned, cut, { collective }) };
  }
  return all;
}
