import type { Params, VideoMaeEncoder } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  cosineSchedule,
  maskedBatches,
  shuffled,
  trainer,
  videoExamples,
  viewContrast,
} from '@tgm/train';
import { type VideoDataset, type VideoPool, viewsRecipe } from '@tgm/video-io';
import type { Method } from './methods.js';
import { FRAME_COUNT, SIZE, TRAINING } from './settings.js';

export interface TrainOptions {
  readonly engine: Engine;
  readonly model: VideoMaeEncoder;
  /** What the run starts with; the caller's. */
  readonly start: Params;
  readonly videos: VideoDataset;
  readonly pool: VideoPool;
  readonly steps: number;
  readonly seed: number;
  readonly onStep: (step: number, loss: number) => void;
  readonly signal: AbortSignal;
}

export interface Trained {
  /** The caller disposes them. */
  readonly params: Params;
  /** Mean of the first and of the last tenth of the steps. */
  readonly begin: number;
  readonly end: number;
  /** What the loss is where all candidates look alike. */
  readonly baseline: number;
}

/** Trains an encoder by one method, on videos that are decoded meanwhile. Rejects with the signal's reason after a stop. */
export async function train(method: Method, options: TrainOptions): Promise<Trained> {
  const { engine, model, start, videos, pool, steps, seed, onStep, signal } = options;
  const { clips, views, contrast } = method;
  const objective = viewContrast({ model, ...contrast });
  const recipe = viewsRecipe({ frameCount: FRAME_COUNT, size: SIZE, views: clips });
  const examples = shuffled(videoExamples({ dataset: videos, pool, recipe, views: clips.length }));
  const { batchSize, warmupSteps, weightDecay } = TRAINING;
  const events = trainer({
    engine,
    objective,
    batches: maskedBatches({ model, examples, views, needs: objective.needs, batchSize, seed }),
    optimizer: adamW({ weightDecay }),
    schedule: cosineSchedule({
      base: method.learningRate ?? TRAINING.learningRate,
      warmupSteps: Math.min(warmupSteps, steps - 1),
      steps,
    }),
    steps,
    seed,
    start: { params: start },
    signal,
  });
  const losses: number[] = [];
  let baseline = Number.NaN;
  let params: Params = {};
  for await (const event of events) {
    if (event.type === 'end') ({ params } = event);
    if (event.type !== 'step') continue;
    losses.push(event.total);
    baseline = event.figures['viewContrast baseline']!;
    onStep(event.step, event.total);
  }
  signal.throwIfAborted();
  const tenth = Math.ceil(losses.length / 10);
  return { params, begin: mean(losses.slice(0, tenth)), end: mean(losses.slice(-tenth)), baseline };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
