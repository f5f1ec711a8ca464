import { join } from 'node:path';
import { contrastiveLoss, reconstructionLoss } from '@tgm/losses';
import type { Params, VideoMae } from '@tgm/models';
import type { Engine } from '@tgm/tfjs-backend-onnx';
import { adamW, type CaptionedCues, cosineSchedule, type ExampleSource, pretrain } from '@tgm/train';
import type { Arm } from './arms.js';
import { progress } from './progress.js';
import type { RunFolder } from './run-folder.js';
import { TRAINING } from './settings.js';

export interface ArmResult {
  readonly completed: boolean;
  readonly params: Params;
  readonly lossParams: Params;
  /** Folder of the checkpoint: Hugging Face layout, with the training state beside it. */
  readonly checkpoint: string;
  readonly seconds: number;
}

export interface ArmOptions {
  readonly run: RunFolder;
  readonly engine: Engine;
  readonly model: VideoMae;
  readonly examples: ExampleSource<CaptionedCues>;
  readonly steps: number;
  readonly signal: AbortSignal;
}

/** Pre-trains one arm, or goes on where it was stopped; every step is logged. */
export async function pretrainArm(arm: Arm, options: ArmOptions): Promise<ArmResult> {
  const { run, engine, model, examples, steps, signal } = options;
  const { seed, ratio } = run.command;
  const shown = progress(`pre-train, ${arm.name} masks`, steps, 'steps');
  const events = pretrain({
    engine,
    model,
    examples,
    masking: arm.masking,
    ...(arm.contrastMasking ? { contrastMasking: arm.contrastMasking } : {}),
    losses: [
      { loss: reconstructionLoss(), weight: TRAINING.reconstructionWeight },
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
      const { type, ...fields } = event;
      await run.log(type, { arm: arm.name, ...fields });
      const terms = Object.entries(event.terms).map(([name, value]) => `${name} ${value.toFixed(3)}`);
      shown.update(
        event.step,
        `${terms.join(', ')} (predict the mean: ${event.baseline.toFixed(2)}), ${event.clipsPerSecond.toFixed(0)} clips/s`,
      );
      continue;
    }
    const { params, lossParams, checkpoint, reason } = event;
    const seconds = shown.end(reason === 'stopped' ? `stopped after step ${event.step}` : '');
    return { completed: reason === 'completed', params, lossParams, checkpoint: checkpoint!, seconds };
  }
  throw new Error('pretrain ended without an end event.');
}
