import { join } from 'node:path';
import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import type { VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  type CaptionedCues,
  cosineSchedule,
  type ExampleSource,
  pretrain,
  type StepEvent,
} from '@tgm/train';
import type { Arm } from './arms.js';
import { greyExamples } from './grey-examples.js';
import type { RunFolder } from './run-folder.js';
import { TRAINING } from './settings.js';
import { type Weights, weightsOf } from './weights.js';

export interface ArmResult {
  readonly weights: Weights;
  /** The parameters of the losses. */
  readonly lossWeights: Weights;
  /** Folder of the checkpoint: Hugging Face layout, with the training state beside it. */
  readonly checkpoint: string;
}

export interface ArmOptions {
  readonly run: RunFolder;
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly examples: ExampleSource<CaptionedCues>;
  readonly steps: number;
  readonly signal: AbortSignal;
  readonly onStep: (event: StepEvent) => void;
}

/** Pre-trains one arm, or goes on where it was stopped. */
export async function pretrainArm(arm: Arm, options: ArmOptions): Promise<ArmResult> {
  const { run, engine, model, examples, steps, signal, onStep } = options;
  const { seed, ratio } = run.command;
  const events = pretrain({
    engine,
    model,
    examples: arm.grey ? greyExamples(examples) : examples,
    masking: arm.masking,
    ...(arm.contrastMasking ? { contrastMasking: arm.contrastMasking } : {}),
    losses: [
      ...(arm.reconstructs ? [{ loss: reconstructionLoss(), weight: TRAINING.reconstructionWeight }] : []),
      { loss: contrastiveLoss(), weight: TRAINING.contrastiveWeight },
    ],
    optimizer: adamW({ weightDecay: TRAINING.weightDecay }),
    schedule: cosineSchedule({
      base: TRAINING.learningRate,
      warmupSteps: Math.floor(steps * TRAINING.warmupShare),
      steps,
    }),
    batchSize: TRAINING.batchSize,
    steps,
    seed,
    reconstructShare: TRAINING.reconstructShare,
    checkpoint: {
      folder: join(run.path, arm.name),
      every: TRAINING.checkpointEvery,
      settings: { ratio, examples: examples.length },
    },
    signal,
  });
  for await (const event of events) {
    if (event.type === 'step') {
      onStep(event);
      continue;
    }
    return {
      weights: await weightsOf(event.params),
      lossWeights: await weightsOf(event.lossParams),
      checkpoint: event.checkpoint!,
    };
  }
  throw new Error('pretrain ended without an end event.');
}
