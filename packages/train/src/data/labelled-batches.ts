import { drawDropPath, type VideoMaeClassifier } from '@tgm/models';
import {
  describer,
  eitherOf,
  number,
  objectWith,
  oneOf,
  optional,
  optionTable,
  recorded,
} from '@tgm/options';
import { type MixOptions, mixBatch, mixOptions } from '@tgm/video-io';
import type { HostTensor } from '../checkpoint/saved-run.js';
import { TrainError } from '../errors.js';
import type { LabelledBatch } from '../objectives/classification-objective.js';
import type { Batches } from '../trainer/batches.js';
import { batchFields, orderFields, shareOf } from './batch-fields.js';
import { cutTokens } from './cut-tokens.js';
import { framesOf } from './example-numbers.js';
import type { DrawnExample, Examples } from './examples.js';
import { type BatchNumbers, filledBatches } from './filled-batches.js';
import { labelTargets } from './label-targets.js';
import { type NumberBuffers, numberBuffers } from './number-buffers.js';
import { requireClasses } from './require-classes.js';
import { fillerOf } from './token-threads.js';

/** What decides the clips of fine-tuning. */
export interface LabelledDataOptions {
  readonly model: VideoMaeClassifier;
  /** Examples with labels. */
  readonly examples: Examples<object>;
  /** Clips of a batch, those of all ranks together. */
  readonly batchSize: number;
  /** Threads that cut tokens, as in `maskedBatches`. Default 0: the calling thread. */
  readonly threads?: number;
  /** The last block's share of branches that are left out, [0, 1): `drawDropPath` of `@tgm/models`. */
  readonly dropPath?: number;
  /** Mixes the clips of each batch with each other, and their labels: `mixBatch` of `@tgm/video-io`. `false`: not. */
  readonly mix?: MixOptions | false;
}

export interface LabelledBatchesOptions extends LabelledDataOptions {
  /** Decides the order and all draws; a trainer's own seed. */
  readonly seed: number | string;
  /** This process among those that share each batch, and how many they are. Default: the only one. */
  readonly rank?: number;
  readonly ranks?: number;
}

/** The fields of `LabelledDataOptions` but those that fine-tuning has a default for. */
export const LABELLED_DATA_FIELDS = {
  model: objectWith<VideoMaeClassifier>('a VideoMaeClassifier', [
    'grid',
    'pixels',
    'config',
    'groups',
    'describe',
  ]),
  ...batchFields(),
};

export const dropPathRate = () => number({ from: 0, below: 1 });

export const mixField = () =>
  eitherOf('false, or { mixup, cutmix, cutmixShare }', oneOf([false]), mixOptions());

const OPTIONS = optionTable(
  'labelledBatches',
  {
    ...LABELLED_DATA_FIELDS,
    dropPath: optional(dropPathRate(), 0),
    mix: optional(mixField(), false),
    ...orderFields(),
  } satisfies Record<keyof LabelledBatchesOptions, unknown>,
  TrainError,
);

type Checked = ReturnType<typeof OPTIONS.check>;

/**
 * Batches of whole clips with labels, for `classificationObjective`: every token of each clip. By default clips are not mixed
 * and no branch is left out.
 *
 * All draws are functions of the seed and of places in the run: the same for any number of threads and resumes. A batch is
 * mixed by one draw, that of its first clip, in pairs from both ends inwards; the ranks of a batch and the batches of
 * `accumulate` are mixed each within itself. The frames of the examples are not changed.
 *
 * @throws TrainError `OPTION_INVALID`, also where the examples tell names of classes that are not the model's `labels`. `next`
 *   throws `LABEL_INVALID` for an example without a label of the classifier's, `EXAMPLE_INVALID`, and what the examples throw.
 */
export function labelledBatches(options: LabelledBatchesOptions): Batches<LabelledBatch> {
  const checked = OPTIONS.check(options);
  const { examples, seed, rank, ranks, threads } = checked;
  const share = shareOf(OPTIONS.where, checked);
  requireClasses(OPTIONS.where, checked.model, examples.classes);
  return {
    async describe() {
      const described = await examples.describe();
      const told = { ...checked, examples: { describe: () => described } };
      return describer('labelledBatches', recorded(OPTIONS, told as never))();
    },
    async open(after) {
      const stream = await examples.open({ seed, rank, ranks, ...(after === undefined ? {} : { after }) });
      const buffers = numberBuffers();
      return filledBatches<LabelledBatch>({
        stream,
        share,
        buffers,
        ...fillerOf(threads),
        numbers: (drawn) => labelledNumbers(checked, drawn, buffers),
      });
    },
  };
}

type HostBatch = Readonly<Record<'tokens' | 'labels', HostTensor>> & { readonly dropPath?: HostTensor };

function labelledNumbers(
  { model, mix, dropPath }: Checked,
  drawn: readonly DrawnExample<object>[],
  buffers: NumberBuffers,
): BatchNumbers<HostBatch> {
  const examples = drawn.map(({ example }) => example);
  const targets = labelTargets(model, examples);
  const own = examples.map((example) => framesOf(model, example, example));
  const frames = mix === false ? own : mixed(model, drawn, own, targets, mix);
  const { slices, rows, columns } = model.grid;
  const all = Uint32Array.from({ length: slices * rows * columns }, (_, token) => token);
  const { tensor, jobs } = cutTokens(
    { config: model.config, frames, lists: drawn.map(() => all), scale: model.pixels },
    buffers,
  );
  return {
    jobs,
    taken: [tensor.data],
    host: {
      tokens: tensor,
      labels: { shape: [drawn.length, targets.length / drawn.length], data: targets },
      ...(dropPath > 0 ? { dropPath: branches(dropPath, model.config.numHiddenLayers, drawn) } : {}),
    },
  };
}

/** The clips of a batch mixed, in memory of their own; the targets are mixed where they lie. */
function mixed(
  { config: { imageSize } }: VideoMaeClassifier,
  drawn: readonly DrawnExample<object>[],
  own: readonly Uint8Array[],
  targets: Float32Array,
  mix: MixOptions,
): readonly Uint8Array[] {
  const size = own[0]!.length;
  const pixels = new Uint8Array(own.length * size);
  own.forEach((frames, row) => {
    pixels.set(frames, row * size);
  });
  const batch = { pixels, targets, count: own.length, width: imageSize, height: imageSize };
  mixBatch(batch, drawn[0]!.draws('mix'), mix);
  return own.map((_, row) => pixels.subarray(row * size, (row + 1) * size));
}

/** [layers, 2, B], the draws of each clip its own: the same whatever batch it is in. */
function branches(rate: number, layers: number, drawn: readonly DrawnExample<object>[]): HostTensor {
  const data = new Float32Array(layers * 2 * drawn.length);
  drawn.forEach(({ draws }, clip) => {
    drawDropPath({ rate, layers, batch: 1 }, draws('drop path')).forEach((factor, branch) => {
      data[branch * drawn.length + clip] = factor;
    });
  });
  return { shape: [layers, 2, drawn.length], data };
}
