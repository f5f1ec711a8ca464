import { join } from 'node:path';
import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import { randomMasking } from '@tgm/masking';
import type { VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import {
  adamW,
  cosineSchedule,
  type ExampleSource,
  follow,
  pretrain,
  type Sink,
  type StepEvent,
  shuffled,
} from '@tgm/train';
import type { Arm, DemoCues } from './arms.js';
import { greyExamples } from './grey-examples.js';
import type { RunFolder } from './run-folder.js';
import { TRAINING } from './settings.js';
import { type Weights, weightsOf } from './weights.js';

export interface ArmResult {
  /** The parameters of the model and of the losses. */
  readonly weights: Weights;
  /** Folder of the checkpoint: Hugging Face layout, with the training state beside it. */
  readonly checkpoint: string;
}

export interface ArmOptions {
  readonly run: RunFolder;
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly examples: ExampleSource<DemoCues>;
  readonly steps: number;
  readonly signal: AbortSignal;
  readonly onStep: (event: StepEvent) => void;
}

/** Pre-trains one arm, or goes on where it was stopped. */
export async function pretrainArm(arm: Arm, options: ArmOptions): Promise<ArmResult> {
  const { run, engine, model, examples, steps, signal, onStep } = options;
  const contrast = contrastiveLoss(arm.secondView ? { view: 'contrast' } : {});
  const events = pretrain({
    engine,
    model,
    examples: shuffled(arm.grey ? greyExamples(examples) : examples),
    ...(arm.reconstructs || !arm.secondView ? { masking: arm.masking } : {}),
    ...(arm.secondView ? { views: { contrast: { masking: arm.secondView } } } : {}),
    ...(arm.reconstructs ? { decoderMasking: randomMasking({ ratio: TRAINING.reconstructShare }) } : {}),
    losses: [
      ...(arm.reconstructs ? [{ loss: reconstructionLoss(), weight: TRAINING.reconstructionWeight }] : []),
      { loss: contrast, weight: TRAINING.contrastiveWeight },
    ],
    optimizer: adamW({ weightDecay: TRAINING.weightDecay }),
    schedule: cosineSchedule({
      base: TRAINING.learningRate,
      warmupSteps: Math.floor(steps * TRAINING.warmupShare),
      steps,
    }),
    batchSize: TRAINING.batchSize,
    steps,
    seed: run.command.seed,
    checkpoint: { folder: join(run.path, arm.name), every: TRAINING.checkpointEvery },
    signal,
  });
  const told: Sink = {
    write: (event) => void (event.type === 'step' && onStep(event)),
    close: async () => {},
  };
  const { params, checkpoint } = await follow(events, [told]);
  return { weights: await weightsOf(params), checkpoint: checkpoint! };
}
