import * as tf from '@tensorflow/tfjs';
import { seededRandom } from '@tgm/masking';
import type { ClipModel, ClipModelTokenizer } from '@tgm/models';
import {
  describer,
  type Json,
  number,
  objectWith,
  optional,
  optionTable,
  recorded,
  showValue,
  wholeNumber,
} from '@tgm/options';
import { TrainError } from '../errors.js';
import type { ClipModelBatch } from '../objectives/clip-model-batch.js';
import type { Batch, Batches } from '../trainer/batches.js';
import { orderFields, shareOf } from './batch-fields.js';
import { describeTokenizer } from './describe-tokenizer.js';
import { exampleOrder } from './example-order.js';
import type { ImageTextPairs } from './image-text-pairs.js';
import { imageTensors, matchesOf, requireAlike, requireTexts, textTensors } from './image-text-tensors.js';
import { textKeys } from './text-keys.js';

export interface ImageTextBatchesOptions {
  readonly model: ClipModel;
  readonly tokenizer: ClipModelTokenizer;
  readonly pairs: ImageTextPairs;
  /** Pairs of a batch, those of all ranks together, at least 2. */
  readonly batchSize: number;
  /** Decides the order, what is drawn in loading, and which patches are dropped. */
  readonly seed: number | string;
  /**
   * Share of the patches of each image that the model does not see, drawn at random each time, [0, 1): Y. Li et al., FLIP,
   * arXiv 2212.00794, which drops 0.5 or 0.75 of them and so trains on more images in the same time. Default 0.
   */
  readonly dropPatches?: number;
  /**
   * This process among those that share each batch, and how many they are. Default: the only one. Each loads the whole batch, and makes
   * tensors of its share.
   */
  readonly rank?: number;
  readonly ranks?: number;
}

const OPTIONS = optionTable(
  'imageTextBatches',
  {
    model: objectWith<ClipModel>('a ClipModel', ['config', 'pixels', 'describe']),
    tokenizer: objectWith<ClipModelTokenizer>('a ClipModelTokenizer', [
      'encode',
      'json',
      'config',
      'contextLength',
    ]),
    pairs: objectWith<ImageTextPairs>('pairs of images and texts', ['length', 'load', 'describe']),
    batchSize: wholeNumber({ from: 2 }),
    dropPatches: optional(number({ from: 0, below: 1 }), 0),
    ...orderFields(),
  } satisfies Record<keyof ImageTextBatchesOptions, unknown>,
  TrainError,
);

/**
 * Batches of pairs of images and texts for `clipModelObjective`, without end. Each epoch has an order of its own; a batch may run
 * across the end of one. All that is drawn is a function of the seed and the number of the batch, so that a run goes on from
 * any of them.
 *
 * Texts have as many places as the longest of the batch, rounded up to a multiple of 8: what follows a text's end changes
 * nothing, and costs time.
 *
 * @throws TrainError `OPTION_INVALID`, `NO_EXAMPLES`; `next` throws `EXAMPLE_INVALID` for an image of another size, a pair
 *   without id or text, and where some pairs of a batch have an image or a paraphrase and others have none, and whatever `load` throws.
 */
export function imageTextBatches(options: ImageTextBatchesOptions): Batches<ClipModelBatch> {
  const checked = OPTIONS.check(options);
  const { model, tokenizer, pairs, batchSize, seed, dropPatches, rank } = checked;
  const where = 'imageTextBatches';
  const share = shareOf(where, checked);
  if (!(pairs.length >= 1)) {
    const received = showValue(pairs.length);
    throw new TrainError('NO_EXAMPLES', { where, expected: 'at least one pair', received });
  }

  async function make(number: number): Promise<Batch<ClipModelBatch>> {
    const first = number * batchSize;
    const indices = Array.from({ length: batchSize }, (_, row) => order.sample(first + row, 0));
    // All of the batch, since what is drawn in loading is drawn for all of its pairs in turn.
    const loaded = await pairs.load(indices, seededRandom(seed, 'load', number), number);
    if (!Array.isArray(loaded) || loaded.length !== batchSize) {
      const expected = `${batchSize} pairs, one for each number`;
      const received = Array.isArray(loaded) ? `${loaded.length}` : showValue(loaded);
      throw new TrainError('EXAMPLE_INVALID', { where: `${where}, pairs.load`, expected, received });
    }
    for (const pair of loaded) requireTexts(pair);
    requireAlike(loaded);
    const own = loaded.slice(rank * share, (rank + 1) * share);
    const ids = own.map(({ id }) => id);
    const randoms = own.map((_, row) => order.masking(first + rank * share + row, 0, 'patches'));
    return {
      tensors: tf.tidy(() => {
        const images = imageTensors(model, own, dropPatches, randoms);
        return { texts: textTensors(tokenizer, own), ...(images ? { images } : {}) };
      }),
      ids,
      clips: share,
      after: number + 1,
      replaced: [],
      ...(own.some(({ image }) => image)
        ? { compared: { captions: textKeys(matchesOf(own)), samples: textKeys(ids) } }
        : {}),
      release() {},
    };
  }

  const order = exampleOrder(pairs.length, seed);
  const told = { ...checked, tokenizer: { ...tokenizer, describe: () => describeTokenizer(tokenizer) } };
  return {
    describe: describer(where, recorded(OPTIONS, told)),
    open(after) {
      let number = batchAfter(after);
      return {
        next: () => make(number++),
        async close() {},
      };
    },
  };
}

function batchAfter(after: Json | undefined): number {
  if (after === undefined) return 0;
  if (Number.isSafeInteger(after) && (after as number) >= 0) return after as number;
  throw new TrainError('OPTION_INVALID', {
    where: 'imageTextBatches, open',
    expected: 'a place that an earlier batch told',
    received: showValue(after),
  });
}
