import { basename, join } from 'node:path';
import type { VideoMae } from '@tgm/models';
import { pageSink } from '@tgm/report';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  clipExamples,
  cosineSchedule,
  follow,
  jsonlSink,
  pretrain,
  type Sink,
  type StepEvent,
  shuffled,
} from '@tgm/train';
import { armObjective } from './arm-objective.js';
import { eventsFile, eventsSoFar } from './arm-steps.js';
import type { Arm } from './arms.js';
import { type ArmClip, guidedClips } from './guided-clips.js';
import type { RunFolder } from './run-folder.js';
import { TRAINING } from './settings.js';
import { type Weights, weightsOf } from './weights.js';

export interface ArmResult {
  /** The parameters of the model and of the losses. */
  readonly weights: Weights;
  /** Folder of the checkpoint: Hugging Face layout, with the training state beside it. */
  readonly checkpoint: string;
}

export interface TrainingOptions {
  readonly run: RunFolder;
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly steps: number;
  readonly signal: AbortSignal;
  readonly onStep: (event: StepEvent) => void;
}

export interface ArmOptions extends TrainingOptions {
  readonly clips: readonly ArmClip[];
}

/** Pre-trains one arm, or goes on where it was stopped. */
export async function pretrainArm(arm: Arm, options: ArmOptions): Promise<ArmResult> {
  const { run, engine, model, clips, steps, signal, onStep } = options;
  const folder = join(run.path, arm.name);
  const events = pretrain({
    engine,
    model,
    examples: shuffled(clipExamples(guidedClips(clips, arm.guide))),
    ...armObjective(arm),
    optimizer: adamW({ weightDecay: TRAINING.weightDecay }),
    schedule: cosineSchedule({
      base: TRAINING.learningRate,
      warmupSteps: Math.floor(steps * TRAINING.warmupShare),
      steps,
    }),
    batchSize: TRAINING.batchSize,
    steps,
    seed: run.command.seed,
    checkpoint: { folder, every: TRAINING.checkpointEvery },
    signal,
  });
  return resultOf(events, folder, onStep);
}

/** Follows a training to its end. Its folder gets its log and a page that is written again while it trains. */
export async function resultOf(
  events: ReturnType<typeof pretrain>,
  folder: string,
  onStep: TrainingOptions['onStep'],
): Promise<ArmResult> {
  const before = await eventsSoFar(folder);
  const told: Sink = {
    write: (event) => void (event.type === 'step' && onStep(event)),
    close: async () => {},
  };
  const sinks = [
    jsonlSink(eventsFile(folder)),
    pageSink({ path: join(folder, 'report.html'), title: basename(folder), before }),
    told,
  ];
  const { params, checkpoint } = await follow(events, sinks);
  return { weights: await weightsOf(params), checkpoint: checkpoint! };
}
