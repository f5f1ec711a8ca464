import type { VideoMae } from '@tgm/models';
import { describer, recorded } from '@tgm/options';
import { tensorOf } from '../checkpoint/host-tensors.js';
import type { HostTensor } from '../checkpoint/saved-run.js';
import type { MaskedBatch } from '../objectives/masked-batch.js';
import { RECONSTRUCT } from '../objectives/weighted-loss.js';
import type { Batch, Batches, BatchStream } from '../trainer/batches.js';
import { batchNumbers, type HostBatch } from './batch-numbers.js';
import type { ExampleStream } from './examples.js';
import { fillHere, type TokenFiller } from './fill-tokens.js';
import {
  type BatchPlan,
  batchPlan,
  MASKED_BATCHES_OPTIONS,
  type MaskedBatchesOptions,
} from './masked-batches-options.js';
import { negativesWatch } from './negatives-watch.js';
import { numberBuffers } from './number-buffers.js';
import { tokenThreads } from './token-threads.js';

/**
 * Batches of masked clips for pre-training: what the losses need of each example, and nothing else.
 *
 * All draws are functions of the seed and of an example's place in the run: the same for any number of ranks, threads and
 * resumes. Each mask of an example has draws of its own, so that a further view changes nothing in the others.
 *
 * @throws TrainError `OPTION_INVALID`. `next` throws `EXAMPLE_INVALID`, `TEXT_MISSING`, `MASK_COUNT_CHANGED`, `NO_NEGATIVES`
 *   when a loss compares captions that are all the same, and what the examples and the masking strategies throw.
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
        // A loss decides by its needs alone what is made.
        losses: checked.losses.map(({ loss }) => ({ name: loss.name, needs: { ...loss.needs } })),
      };
      return describer('maskedBatches', recorded(MASKED_BATCHES_OPTIONS, told as never))();
    },
    async open(after) {
      const stream = await examples.open({ seed, rank, ranks, ...(after === undefined ? {} : { after }) });
      const filler = threads > 0 ? tokenThreads(threads) : fillHere;
      return batchStream(plan, model, stream, filler, Math.max(1, threads));
    },
  };
}

/** The options of the views that are made, with their defaults. */
function maskingOf({ views }: BatchPlan) {
  const further = views.filter(({ name }) => name !== RECONSTRUCT);
  return {
    masking: views.find(({ name }) => name === RECONSTRUCT)?.masking,
    views: Object.fromEntries(further.map(({ name, masking, clip }) => [name, { masking, clip }])),
  };
}

/** @param atOnce batches in the making at a time. */
function batchStream(
  plan: BatchPlan,
  model: VideoMae,
  stream: ExampleStream<object>,
  filler: TokenFiller,
  atOnce: number,
): BatchStream<MaskedBatch> {
  const buffers = numberBuffers();
  const watch = plan.needs.otherClips && plan.needs.text ? negativesWatch('maskedBatches') : undefined;
  const making: ReturnType<typeof make>[] = [];

  async function make() {
    const drawn = await stream.next(plan.share);
    const { host, jobs, taken } = batchNumbers(plan, model, drawn.examples, buffers);
    watch?.see(host.text!.captionKey.data as Int32Array, host.sampleKey.data as Int32Array);
    const filled = await filler.fill(jobs);
    return { drawn, host, filled, taken: taken.map((array) => filled.get(array)!) };
  }

  function begin(): void {
    const batch = make();
    // It is awaited in its turn. Avoids an unhandled rejection until then.
    batch.catch(() => undefined);
    making.push(batch);
  }

  return {
    async next(): Promise<Batch<MaskedBatch>> {
      while (making.length < atOnce) begin();
      const { drawn, host, filled, taken } = await making.shift()!;
      let lent = true;
      return {
        tensors: tensorsOf(host, filled),
        ids: drawn.examples.map(({ example }) => example.id),
        clips: drawn.examples.length,
        after: drawn.after,
        replaced: drawn.replaced,
        release() {
          if (lent) buffers.giveBack(taken);
          lent = false;
        },
      };
    },
    async close() {
      await stream.close();
      await Promise.allSettled(making);
      await filler.close();
    },
  };
}

/** The same structure with tensors. */
function tensorsOf(host: HostBatch, filled: ReadonlyMap<unknown, Float32Array>): MaskedBatch {
  const made = (node: object): unknown => {
    if (isHostTensor(node)) {
      return tensorOf({ shape: node.shape, data: filled.get(node.data) ?? node.data });
    }
    return Object.fromEntries(Object.entries(node).map(([name, each]) => [name, made(each as object)]));
  };
  return made(host) as MaskedBatch;
}

const isHostTensor = (node: object): node is HostTensor => 'shape' in node && 'data' in node;
