import { describer, recorded } from '@tgm/options';
import type { MaskedBatch } from '../objectives/masked-batch.js';
import { RECONSTRUCT } from '../objectives/weighted-loss.js';
import type { Batches } from '../trainer/batches.js';
import { batchNumbers } from './batch-numbers.js';
import { type BatchPlan, batchPlan } from './batch-plan.js';
import { filledBatches } from './filled-batches.js';
import { MASKED_BATCHES_OPTIONS, type MaskedBatchesOptions } from './masked-batches-options.js';
import { numberBuffers } from './number-buffers.js';
import { requireText } from './require-text.js';
import { fillerOf } from './token-threads.js';

/**
 * Batches of masked clips for pre-training: what an objective needs of each example, and nothing else.
 *
 * All draws are functions of the seed and of an example's place in the run: the same for any number of ranks, threads and
 * resumes. Each mask of an example has draws of its own, so that a further view changes nothing in the others.
 *
 * @throws TrainError `OPTION_INVALID`. `next` throws `EXAMPLE_INVALID`, `TEXT_MISSING`, `MASK_COUNT_CHANGED`,
 *   and what the examples and the masking strategies throw.
 */
export function maskedBatches<Cues extends object>(
  options: MaskedBatchesOptions<Cues>,
): Batches<MaskedBatch> {
  const checked = MASKED_BATCHES_OPTIONS.check(options);
  const plan = batchPlan(checked);
  const { model, examples, seed, rank, ranks, threads } = checked;
  return {
    async describe() {
      const described = await examples.describe();
      const told = {
        ...checked,
        ...maskingOf(plan),
        examples: { describe: () => described },
      };
      return describer('maskedBatches', recorded(MASKED_BATCHES_OPTIONS, told as never))();
    },
    async open(after) {
      const stream = await examples.open({
        ...{ seed, rank, ranks },
        ...(after === undefined ? {} : { after }),
        require: (example) => requireText(plan.needs, example),
      });
      const buffers = numberBuffers();
      const compares = plan.needs.otherClips && plan.needs.text;
      return filledBatches<MaskedBatch>({
        stream,
        share: plan.share,
        buffers,
        ...fillerOf(threads),
        numbers(drawn) {
          const numbers = batchNumbers(plan, model, drawn, buffers);
          const { text, sampleKey } = numbers.host;
          if (!compares) return numbers;
          const captions = text!.captionKey.data as Int32Array;
          return { ...numbers, compared: { captions, samples: sampleKey.data as Int32Array } };
        },
      });
    },
  };
}

/** The options of the views that are made, with their defaults. */
function maskingOf({ graph, views }: BatchPlan) {
  const further = views.filter(({ name }) => name !== RECONSTRUCT);
  return {
    masking: graph ?? views.find(({ name }) => name === RECONSTRUCT)?.masking,
    views: Object.fromEntries(
      further.map(({ name, masking, clip, positions }) => [name, { masking, clip, positions }]),
    ),
  };
}
