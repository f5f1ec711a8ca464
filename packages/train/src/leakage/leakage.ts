import * as tf from '@tensorflow/tfjs';
import { contrastiveLoss } from '@tgm/losses';
import { type MaskingStrategy, seededRandom } from '@tgm/masking';
import type { Params, VideoMae } from '@tgm/models';
import {
  callable,
  number,
  objectWith,
  oneOf,
  optional,
  optionTable,
  showValue,
  wholeNumber,
} from '@tgm/options';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { singleProcess } from '../collective/single-process.js';
import type { ExampleSource } from '../data/examples.js';
import { maskedBatches } from '../data/masked-batches.js';
import type { ViewOptions } from '../data/masked-batches-options.js';
import { requireSource } from '../data/require-source.js';
import { shuffled } from '../data/shuffled.js';
import { TrainError } from '../errors.js';
import { maskedObjective } from '../objectives/masked-objective.js';
import { adamW } from '../optimizers/adamw.js';
import { pretrain } from '../pretrain.js';
import { cosineSchedule } from '../schedules/cosine.js';
import { seedField } from '../seed-field.js';
import { follow } from '../sinks/follow.js';
import type { StepEvent } from '../trainer/events.js';
import { comparedRows } from './compared-rows.js';
import { greyExamples } from './grey-examples.js';
import { type InformationBits, informationBits } from './information-bits.js';
import { requireHeldOut } from './require-held-out.js';

export interface LeakageOptions<Cues extends object> {
  readonly engine: Engine;
  /** Trained from fresh parameters; its decoder is not used. */
  readonly model: VideoMae;
  /** What the contrastive term sees of a clip is what this mask leaves visible. */
  readonly masking: MaskingStrategy<NoInfer<Cues>>;
  /** Of the view, as in `maskedBatches`. Default `grid`. */
  readonly positions?: ViewOptions<Cues>['positions'];
  /** Examples with captions to learn from; only their cues and captions are read. */
  readonly examples: ExampleSource<Cues>;
  /** Others to measure on, at least a batch of them. */
  readonly heldOut: ExampleSource<Cues>;
  /** Of the training. */
  readonly steps: number;
  /** Clips that are told apart in the measurement. Default 64. */
  readonly batchSize?: number;
  /** Clips of a step of the training. Default `batchSize`. */
  readonly trainingBatchSize?: number;
  /** Peak of the learning rate, which rises for a twentieth of the steps and falls as a cosine. Default 1e-3. */
  readonly learningRate?: number;
  readonly seed: number | string;
  readonly onStep?: (event: StepEvent) => void;
  /** Ends the training after the step in hand; `leakage` then rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What a contrastive head reads of the captions on held-out clips without a pixel. */
export interface Leakage extends InformationBits {
  /** Held-out clips. */
  readonly clips: number;
  /** What the training on grey clips ended with, the projection and the temperature too. The caller disposes them. */
  readonly params: Params;
}

const WARM_UP = 0.05;
/** CLIP's ceiling for the scale of the cosines. */
const LARGEST_SCALE = 100;
/** Of the learned scale, tried on the held-out clips; 0 is guessing. */
const FACTORS = [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1, 1.4, 2];
const VIEW = 'leakage';

const OPTIONS = optionTable(
  'leakage',
  {
    engine: objectWith<Engine>('an engine', ['compile', 'keepsState']),
    model: objectWith<VideoMae>('a VideoMae', ['encode', 'decode', 'init', 'grid', 'config', 'describe']),
    masking: objectWith<MaskingStrategy<object>>('a masking strategy', [
      'name',
      'ratio',
      'requires',
      'mask',
      'describe',
    ]),
    positions: optional(oneOf(['grid', 'none']), 'grid'),
    examples: objectWith<ExampleSource<object>>('a source of examples', ['length', 'id', 'describe', 'load']),
    heldOut: objectWith<ExampleSource<object>>('a source of examples', ['length', 'id', 'describe', 'load']),
    steps: wholeNumber({ from: 1 }),
    batchSize: optional(wholeNumber({ from: 2 }), 64),
    trainingBatchSize: optional(wholeNumber({ from: 2 })),
    learningRate: optional(number({ above: 0 }), 1e-3),
    seed: seedField(),
    onStep: optional(callable<(event: StepEvent) => void>()),
    signal: optional(objectWith<AbortSignal>('an AbortSignal', ['aborted'])),
  } satisfies Record<keyof LeakageOptions<object>, unknown>,
  TrainError,
);

/**
 * How much of a clip's caption the masks of a strategy give away, in bits.
 *
 * Trains the contrastive term alone on clips whose every pixel is grey. So whatever it learns, it reads off which tokens are
 * visible. Then measures it on held-out clips: bits = (baseline - loss) / ln 2, in batches of `batchSize` clips. Equal captions
 * are no negatives of each other, so the baseline is that of the very same batches, the mean of ln(1 + negatives); it is
 * ln(batch size) where all captions differ. 0 bits is guessing. The most that can be read is baseline / ln 2: 6 bits in batches
 * of 64.
 *
 * It is what *this* head learned to read in so many steps, a lower bound of what the masks tell. Its temperature is fitted anew on
 * the held-out clips, so that no head tells less than nothing.
 *
 * A strategy whose interval holds 0 leaves a contrastive loss nothing but the pixels. Those may tell the caption too, by what a
 * text mask has left out of them: retrieval on unmasked clips shows it. Measure with the captions that training has: captions
 * that name the action are given away by motion too. Held-out samples must not be among the examples: the ids of all are read first.
 *
 * @throws TrainError `OPTION_INVALID`, also for fewer held-out clips than a batch and for held-out samples with ids of examples; what
 *   `pretrain` throws, such as `TEXT_MISSING`.
 */
export async function leakage<Cues extends object>(options: LeakageOptions<Cues>): Promise<Leakage> {
  const { engine, model, masking, positions, examples, heldOut, ...run } = OPTIONS.check(options);
  const { steps, batchSize, learningRate, seed, onStep, signal } = run;
  const { trainingBatchSize = batchSize } = run;
  const clips = clipsOf(heldOut, batchSize);
  requireSource('leakage, option examples', examples);
  await requireHeldOut('leakage, option heldOut', examples, heldOut);
  const views = { [VIEW]: { masking, positions } };
  const losses = [{ loss: contrastiveLoss({ view: VIEW }), weight: 1 }];
  const training = pretrain({
    engine,
    model,
    examples: shuffled(greyExamples(examples)),
    views,
    losses,
    optimizer: adamW({ weightDecay: 0.05 }),
    schedule: cosineSchedule({ base: learningRate, warmupSteps: Math.floor(steps * WARM_UP), steps }),
    batchSize: trainingBatchSize,
    steps,
    seed,
    ...(signal ? { signal } : {}),
    collective: singleProcess(),
  });
  const told = {
    write: (event: { readonly type: string }) => void (event.type === 'step' && onStep?.(event as StepEvent)),
    close: async () => {},
  };
  const { params } = await follow(training, [told]);
  try {
    signal?.throwIfAborted();
    const objective = maskedObjective({ model, losses, textWidth: heldOut.textWidth! });
    const batches = maskedBatches({
      model,
      examples: shuffled(greyExamples(heldOut)),
      views,
      needs: objective.needs,
      batchSize,
      seed: `${seed}, held out`,
    });
    const rows = await comparedRows(engine, objective, params, await batches.open(), clips);
    const learned = await scaleOf(params);
    const scales = FACTORS.map((factor) => Math.min(LARGEST_SCALE, factor * learned));
    return { ...informationBits(rows, scales, batchSize, seededRandom(seed, 'bootstrap')), clips, params };
  } catch (error) {
    tf.dispose(params as tf.NamedTensorMap);
    throw error;
  }
}

function clipsOf(heldOut: ExampleSource<object>, batchSize: number): number {
  requireSource('leakage, option heldOut', heldOut);
  const clips = heldOut.length * (heldOut.perSample ?? 1);
  if (clips >= batchSize && heldOut.textWidth !== undefined) return clips;
  throw new TrainError('OPTION_INVALID', {
    where: 'leakage, option heldOut',
    expected: `at least a batch of clips with captions and their embeddings, ${batchSize}`,
    received: heldOut.textWidth === undefined ? 'no embeddings' : showValue(clips),
  });
}

/** The factor of the cosines, as `contrastiveLoss` has it: at most 100. */
async function scaleOf(params: Params): Promise<number> {
  const [logarithm] = await params['contrastive.logit_scale']!.data<'float32'>();
  return Math.min(LARGEST_SCALE, Math.exp(logarithm!));
}
