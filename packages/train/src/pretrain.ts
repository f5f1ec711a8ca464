import type { VideoMae } from '@tgm/models';
import { objectWith, optionTable, showValue } from '@tgm/options';
import { shareIn } from './collective/share-in.js';
import { maskedBatches } from './data/masked-batches.js';
import { MASKED_DATA_FIELDS, type MaskedDataOptions } from './data/masked-batches-options.js';
import { TrainError } from './errors.js';
import { isGraphMasking } from './objectives/graph-masking/graph-masking.js';
import { maskedObjective } from './objectives/masked-objective.js';
import {
  jointNeeds,
  requireSoundLosses,
  type WeightedLoss,
  weightedLosses,
} from './objectives/weighted-loss.js';
import type { TrainEvent } from './trainer/events.js';
import { trainer } from './trainer/trainer.js';
import { RUN_FIELDS, type RunOptions } from './trainer/trainer-options.js';

export interface PretrainOptions<Cues extends object>
  extends Omit<MaskedDataOptions<Cues>, 'model'>,
    RunOptions {
  readonly model: VideoMae;
  /** The terms; what none of them needs is not made. */
  readonly losses: readonly WeightedLoss[];
}

const OPTIONS = optionTable(
  'pretrain',
  {
    ...MASKED_DATA_FIELDS,
    ...RUN_FIELDS,
    model: objectWith<VideoMae>('a VideoMae', [
      'encode',
      'decodeTokens',
      'predictPixels',
      'predictedFrames',
      'config',
      'describe',
    ]),
    losses: weightedLosses(),
  } satisfies Record<keyof PretrainOptions<object>, unknown>,
  TrainError,
);

/**
 * Pre-trains a video masked autoencoder: `trainer` with a `maskedObjective` on `maskedBatches`, and nothing else. Events,
 * checkpoints and resumes are the trainer's.
 *
 * @throws TrainError `OPTION_INVALID` before the first step; what `trainer` and the batches throw.
 */
export async function* pretrain<Cues extends object>(
  options: PretrainOptions<Cues>,
): AsyncGenerator<TrainEvent, void, undefined> {
  const { model, examples, masking, views, decoderMasking, losses, batchSize, threads, ...run } =
    OPTIONS.check(options);
  const { textWidth, featureWidth } = examples;
  requireSoundLosses('pretrain', losses);
  const needs = jointNeeds(losses);
  const batches = maskedBatches({
    model,
    examples,
    needs,
    batchSize,
    threads,
    seed: run.seed,
    ...shareIn(run.collective),
    ...(masking ? { masking } : {}),
    ...(views ? { views } : {}),
    ...(decoderMasking ? { decoderMasking } : {}),
  });
  const objective = maskedObjective({
    model,
    losses,
    ...(textWidth === undefined ? {} : { textWidth }),
    ...(featureWidth === undefined ? {} : { featureWidth }),
    ...(masking && isGraphMasking(masking) ? { masking } : {}),
  });
  requireOtherClips(needs.otherClips, batchSize * run.accumulate, batchSize);
  yield* trainer({ ...run, objective, batches });
}

/** A loss that compares clips would be 0 on a single one. */
function requireOtherClips(compares: boolean, clips: number, batchSize: number): void {
  if (!compares || clips > 1) return;
  throw new TrainError('OPTION_INVALID', {
    where: 'pretrain, option batchSize',
    expected: 'at least two clips in a step, which a loss compares with each other',
    received: showValue(batchSize),
  });
}
