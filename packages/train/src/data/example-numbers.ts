import type { PatchConfig } from '@tgm/models';
import { showValue } from '@tgm/options';
import type { HostTensor } from '../checkpoint/saved-run.js';
import { TrainError } from '../errors.js';
import { keyTensor } from './batch-tensors.js';
import type { TrainingExample } from './examples.js';
import type { MaskedModel } from './masked-batches-options.js';
import { embeddedCaption } from './require-text.js';

/** @throws TrainError `EXAMPLE_INVALID` unless the clip has the model's [T, H, W, 3] bytes. */
export function framesOf(
  model: { readonly config: PatchConfig },
  { frames }: { readonly frames: Uint8Array },
  { id }: TrainingExample<object>,
): Uint8Array {
  const { numFrames, imageSize } = model.config;
  const bytes = numFrames * imageSize * imageSize * 3;
  if (frames instanceof Uint8Array && frames.length === bytes) return frames;
  throw new TrainError('EXAMPLE_INVALID', {
    where: `Example "${id}"`,
    expected: `${numFrames} frames of ${imageSize} x ${imageSize} pixels, ${bytes} bytes`,
    received: frames instanceof Uint8Array ? `${frames.length} bytes` : showValue(frames),
  });
}

/**
 * [B, E] embeddings and [B, 2] keys of the captions.
 *
 * @throws TrainError `TEXT_MISSING`, `EXAMPLE_INVALID` for an embedding of another width.
 */
export function textOf(
  examples: readonly TrainingExample<object>[],
  width: number,
): { embedding: HostTensor; captionKey: HostTensor } {
  const values = new Float32Array(examples.length * width);
  const captions = examples.map((example, row) => {
    const { caption, textEmbedding } = embeddedCaption(example);
    if (textEmbedding.length !== width) {
      throw new TrainError('EXAMPLE_INVALID', {
        where: `Example "${example.id}"`,
        expected: `an embedding of ${width} numbers, as the examples' textWidth says`,
        received: `${textEmbedding.length}`,
      });
    }
    values.set(textEmbedding, row * width);
    return caption;
  });
  return {
    embedding: { shape: [examples.length, width], data: values },
    captionKey: keyTensor(captions),
  };
}

/**
 * [B, M, F] features of some tokens of each example.
 *
 * @param told F, where the examples say it, else what the first has; K, where the features are numbers of codes.
 * @throws TrainError `EXAMPLE_INVALID` for an example without features, with another number of them,
 *   or with one that is no code.
 */
export function featuresOf(
  model: Pick<MaskedModel, 'grid'>,
  examples: readonly TrainingExample<object>[],
  lists: readonly Uint32Array[],
  told: { readonly featureWidth?: number | undefined; readonly codes?: number | undefined } = {},
): HostTensor {
  const { featureWidth: given, codes } = told;
  const { slices, rows, columns } = model.grid;
  const tokens = slices * rows * columns;
  const length = given === undefined ? (examples[0]!.features?.length ?? 0) : given * tokens;
  const width = length / tokens;
  const count = lists[0]!.length;
  const data = new Float32Array(examples.length * count * width);
  examples.forEach(({ id, features }, row) => {
    if (features === undefined || features.length !== length || !Number.isInteger(width) || width === 0) {
      throw new TrainError('EXAMPLE_INVALID', {
        where: `Example "${id}"`,
        expected:
          given === undefined
            ? likeFirst(examples, row, tokens, length)
            : `${given} features of each of ${tokens} tokens, as the examples' featureWidth says`,
        received: features === undefined ? 'none' : `${features.length} numbers`,
      });
    }
    if (codes !== undefined) requireCodes(id, features, codes);
    lists[row]!.forEach((token, at) => {
      data.set(features.subarray(token * width, (token + 1) * width), (row * count + at) * width);
    });
  });
  return { shape: [examples.length, count, width], data };
}

/** What an example's features should be where nothing tells their width but the first example. */
function likeFirst(
  examples: readonly TrainingExample<object>[],
  row: number,
  tokens: number,
  length: number,
): string {
  const wanted = `features of each of ${tokens} tokens`;
  return row === 0 ? wanted : `${wanted}, as many as example "${examples[0]!.id}" has, ${length}`;
}

/** @throws TrainError `EXAMPLE_INVALID` unless the features are whole numbers below `codes`. */
function requireCodes(id: string, features: Float32Array, codes: number): void {
  const wrong = features.find((value) => !(Number.isInteger(value) && value >= 0 && value < codes));
  if (wrong === undefined) return;
  throw new TrainError('EXAMPLE_INVALID', {
    where: `Example "${id}", features`,
    expected: `whole numbers from 0 and below ${codes}, the codes of the loss`,
    received: `${wrong}`,
  });
}

/** @throws TrainError `MASK_COUNT_CHANGED` unless all lists have one length. */
export function alike(
  lists: readonly Uint32Array[],
  { masking }: { readonly masking: { readonly name: string } },
  examples: readonly TrainingExample<object>[],
): readonly Uint32Array[] {
  const count = lists[0]!.length;
  const other = lists.findIndex((list) => list.length !== count);
  if (other < 0) return lists;
  throw new TrainError('MASK_COUNT_CHANGED', {
    where: `Masking strategy "${masking.name}", example "${examples[other]!.id}"`,
    expected: `as many tokens as for example "${examples[0]!.id}", ${count}`,
    received: `${lists[other]!.length}`,
  });
}
