import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type Progress, progress } from '@tgm/cli/program';
import type { Params, VideoMaeEncoder } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  cosineSchedule,
  follow,
  jsonlSink,
  maskedBatches,
  readEvents,
  type Sink,
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
  /** Folder of the run; what it holds is gone on with. */
  readonly out: string;
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
  /** Of all steps, decoding included. */
  readonly seconds: number;
}

/** Trains an encoder by one method, on videos that are decoded meanwhile. Rejects with the signal's reason after a stop. */
export async function train(method: Method, options: TrainOptions): Promise<Trained> {
  const { engine, model, start, videos, pool, steps, seed, out, signal } = options;
  const { clips, views, contrast } = method;
  const objective = viewContrast({ model, ...contrast });
  const recipe = viewsRecipe({ frameCount: FRAME_COUNT, size: SIZE, views: clips });
  const examples = shuffled(videoExamples({ dataset: videos, pool, recipe, views: clips.length }));
  const { batchSize, warmupSteps, weightDecay, checkpointEvery } = TRAINING;
  const log = join(out, 'log.jsonl');
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
    checkpoint: { folder: join(out, 'checkpoints'), every: checkpointEvery, keep: 1 },
    signal,
  });
  const { params, buffers } = await follow(events, [jsonlSink(log), progressSink(method.name)]);
  tf.dispose(buffers as tf.NamedTensorMap);
  if (signal.aborted) tf.dispose(params as tf.NamedTensorMap);
  signal.throwIfAborted();
  const taken = (await readEvents(log)).filter((event) => event.type === 'step');
  const losses = taken.map(({ total }) => total);
  const tenth = Math.ceil(losses.length / 10);
  return {
    params,
    begin: mean(losses.slice(0, tenth)),
    end: mean(losses.slice(-tenth)),
    baseline: taken.at(-1)!.figures['viewContrast baseline']!,
    seconds: taken.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** Shows the steps of this call, and nothing where all were done before. */
function progressSink(name: string): Sink {
  let shown: Progress | undefined;
  return {
    write(event) {
      if (event.type === 'begin' && event.step < event.steps) {
        shown = progress(name, event.steps, 'steps', event.step);
      }
      if (event.type === 'step') shown?.update(event.step, `loss ${event.total.toFixed(2)}`);
      if (event.type === 'end' && event.reason === 'completed') shown?.end();
    },
    async close() {},
  };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
