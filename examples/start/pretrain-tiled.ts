import { join } from 'node:path';
import { reconstructionLoss } from '@tgm/losses';
import { randomMasking, randomSliceMasking } from '@tgm/masking';
import {
  adamW,
  clipExamples,
  cosineSchedule,
  type DecodedClip,
  type PretrainOptions,
  pretrain,
  shuffled,
} from '@tgm/train';
import { type ArmResult, resultOf, type TrainingOptions } from './pretrain-arm.js';
import { TILED } from './settings.js';

/** As the run is called. */
export const TILED_RUN = { name: 'tiled' } as const;

export interface ReconstructionTrainingOptions
  extends Pick<TrainingOptions, 'engine' | 'model' | 'steps' | 'signal'> {
  readonly clips: readonly DecodedClip[];
  /** Share of each slice that is hidden. */
  readonly ratio: number;
  readonly seed: number;
  readonly checkpoint?: PretrainOptions<object>['checkpoint'];
}

/** Random masks and the reconstruction loss, nothing else: its events. */
export function reconstructionTraining({ clips, ratio, steps, ...options }: ReconstructionTrainingOptions) {
  return pretrain({
    examples: shuffled(clipExamples(clips)),
    masking: randomSliceMasking({ ratio }),
    decoderMasking: randomMasking({ ratio: TILED.reconstructShare }),
    losses: [{ loss: reconstructionLoss(), weight: 1 }],
    optimizer: adamW({ weightDecay: TILED.weightDecay }),
    schedule: cosineSchedule({
      base: TILED.learningRate,
      warmupSteps: Math.floor(steps * TILED.warmupShare),
      steps,
    }),
    batchSize: TILED.batchSize,
    steps,
    ...options,
  });
}

/** Pre-trains the run on level `tiled`, or goes on where it was stopped. */
export function pretrainTiled({
  run,
  onStep,
  ...options
}: TrainingOptions & { readonly clips: readonly DecodedClip[] }): Promise<ArmResult> {
  const { ratio, seed } = run.command;
  const folder = join(run.path, TILED_RUN.name);
  const checkpoint = { folder, every: TILED.checkpointEvery };
  return resultOf(reconstructionTraining({ ...options, ratio, seed, checkpoint }), folder, onStep);
}
