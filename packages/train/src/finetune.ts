import type { Params } from '@tgm/models';
import { number, optional, optionTable, passing, unrecorded } from '@tgm/options';
import { shareIn } from './collective/share-in.js';
import {
  dropPathRate,
  LABELLED_DATA_FIELDS,
  type LabelledDataOptions,
  labelledBatches,
  mixField,
} from './data/labelled-batches.js';
import { TrainError } from './errors.js';
import { classificationObjective } from './objectives/classification-objective.js';
import { pretrainedParams } from './pretrained-params.js';
import type { TrainEvent } from './trainer/events.js';
import { trainer } from './trainer/trainer.js';
import { RUN_FIELDS, type RunOptions } from './trainer/trainer-options.js';

/** `dropPath` is 0.1 by default, and `mix` mixup with 0.8 and cutmix with 1, each in half of the batches. */
export interface FinetuneOptions extends LabelledDataOptions, Omit<RunOptions, 'start'> {
  /**
   * Parameters of a Video MAE, an encoder or another classifier of the same shape and scale of pixels. All of the encoder must
   * be there. A head is taken where it has as many classes; a decoder and others are passed over. They stay the caller's.
   * Default: from scratch.
   */
  readonly pretrained?: Params;
  /**
   * Factor of the learning rate from each layer to the one before it, (0, 1]. Default 0.75, for a pre-trained encoder; from
   * scratch 1 is usual.
   */
  readonly layerDecay?: number;
  /** Share of each label that is spread over all classes, [0, 1). Default 0.1. */
  readonly smoothing?: number;
}

const { start: _start, ...RUN } = RUN_FIELDS;

/** The fields of `FinetuneOptions`, for whatever fine-tunes. */
export const FINETUNE_FIELDS = {
  ...LABELLED_DATA_FIELDS,
  ...RUN,
  pretrained: unrecorded(
    optional(
      passing(
        'tensors by name',
        (value): value is Params =>
          typeof value === 'object' && value !== null && Object.keys(value).length > 0,
      ),
    ),
  ),
  layerDecay: optional(number({ above: 0, to: 1 }), 0.75),
  dropPath: optional(dropPathRate(), 0.1),
  smoothing: optional(number({ from: 0, below: 1 }), 0.1),
  mix: optional(mixField(), {}),
} satisfies Record<keyof FinetuneOptions, unknown>;

const OPTIONS = optionTable('finetune', FINETUNE_FIELDS, TrainError);

/**
 * Fine-tunes a classifier on clips with labels: `trainer` with a `classificationObjective` on `labelledBatches`, and nothing
 * else. The defaults are VideoMAE's (arXiv 2203.12602, table 9, and its run_class_finetuning.py). Events, checkpoints and
 * resumes are the trainer's; a checkpoint opens as Hugging Face's `VideoMAEForVideoClassification`.
 *
 * @throws TrainError `OPTION_INVALID` before the first step; what `trainer` and the batches throw.
 */
export async function* finetune(options: FinetuneOptions): AsyncGenerator<TrainEvent, void, undefined> {
  const { model, examples, batchSize, threads, dropPath, mix, pretrained, layerDecay, smoothing, ...run } =
    OPTIONS.check(options);
  const start = pretrained && {
    params: pretrainedParams('finetune, option pretrained', model, pretrained),
  };
  yield* trainer({
    ...run,
    ...(start && { start }),
    objective: classificationObjective({ model, smoothing, layerDecay }),
    batches: labelledBatches({
      ...{ model, examples, batchSize, threads, dropPath, mix, seed: run.seed },
      ...shareIn(run.collective),
    }),
  });
}
