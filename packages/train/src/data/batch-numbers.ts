import { type PixelScale, UNIT_PIXELS, type VideoMae } from '@tgm/models';
import { showValue } from '@tgm/options';
import type { HostTensor } from '../checkpoint/saved-run.js';
import { TrainError } from '../errors.js';
import { type ClipMasks, clipOf, drawMasks } from './clip-masks.js';
import type { DrawnExample, TrainingExample } from './examples.js';
import type { TokenJob } from './fill-tokens.js';
import type { BatchPlan } from './masked-batches-options.js';
import type { NumberBuffers } from './number-buffers.js';
import { textKeys } from './text-keys.js';

/** A `MaskedBatch` on the host. */
export interface HostBatch {
  readonly views: Readonly<Record<string, { readonly tokens: HostTensor; readonly positions: HostTensor }>>;
  readonly reconstruct?: {
    readonly masked: HostTensor;
    readonly pixels?: HostTensor;
    readonly features?: HostTensor;
  };
  readonly text?: { readonly embedding: HostTensor; readonly captionKey: HostTensor };
  readonly sampleKey: HostTensor;
}

/** A batch whose tokens are still to be cut. */
export interface BatchNumbers {
  readonly host: HostBatch;
  /** They fill the tokens and pixels. */
  readonly jobs: readonly TokenJob[];
  /** Arrays of the buffers that the batch lies in. */
  readonly taken: readonly Float32Array[];
}

type Drawn = readonly DrawnExample<object>[];

/**
 * What each example gives to a batch.
 *
 * @throws TrainError `EXAMPLE_INVALID` and `TEXT_MISSING` for an example that lacks what a loss or a view needs,
 *   `MASK_COUNT_CHANGED`, `OPTION_INVALID` as `drawMasks`.
 */
export function batchNumbers(
  plan: BatchPlan,
  model: VideoMae,
  drawn: Drawn,
  buffers: NumberBuffers,
): BatchNumbers {
  const examples = drawn.map(({ example }) => example);
  const masks = drawn.map((each) => drawMasks(plan, model.grid, each));
  const text = plan.needs.text ? textOf(examples, plan.textWidth!) : undefined;
  const clips = plan.views.map((view) =>
    examples.map((example) => framesOf(model, clipOf(view, example), example)),
  );
  const indices = plan.views.map((view) =>
    alike(
      masks.map(({ visible }) => visible.get(view.name)!),
      view,
      examples,
    ),
  );
  const reconstructed = plan.reconstructs ? chosen(plan, masks, examples) : undefined;
  const features =
    reconstructed && plan.needs.features ? featuresOf(model, examples, reconstructed) : undefined;

  const jobs: TokenJob[] = [];
  const taken: Float32Array[] = [];
  const tokens = (
    frames: readonly Uint8Array[],
    lists: readonly Uint32Array[],
    scale: PixelScale,
    readFrames: number,
  ): HostTensor => {
    const size = (model.tokenSize / model.config.tubeletSize) * readFrames;
    const count = lists[0]!.length;
    const data = buffers.take(lists.length * count * size);
    taken.push(data);
    const { imageSize, patchSize, numFrames, tubeletSize } = model.config;
    const cut = { imageSize, patchSize, numFrames, tubeletSize, readFrames };
    lists.forEach((list, row) => {
      jobs.push({ frames: frames[row]!, indices: list, cut, scale, into: data, offset: row * count * size });
    });
    return { shape: [lists.length, count, size], data };
  };

  const views = plan.views.map(({ name }, at) => {
    const lists = indices[at]!;
    const seen = tokens(clips[at]!, lists, model.pixels, model.config.tubeletSize);
    return [name, { tokens: seen, positions: indexTensor(lists) }] as const;
  });
  const own = examples.map(({ frames }) => frames);
  return {
    jobs,
    taken,
    host: {
      views: Object.fromEntries(views),
      ...(reconstructed
        ? {
            reconstruct: {
              masked: indexTensor(reconstructed),
              ...(plan.needs.pixels
                ? { pixels: tokens(own, reconstructed, UNIT_PIXELS, model.predictedFrames) }
                : {}),
              ...(features ? { features } : {}),
            },
          }
        : {}),
      ...(text ? { text } : {}),
      sampleKey: keyTensor(examples.map(({ id }) => id)),
    },
  };
}

function framesOf(
  model: VideoMae,
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

function textOf(
  examples: readonly TrainingExample<object>[],
  width: number,
): { embedding: HostTensor; captionKey: HostTensor } {
  const values = new Float32Array(examples.length * width);
  const captions = examples.map(({ id, caption, textEmbedding }, row) => {
    const where = `Example "${id}"`;
    if (caption === undefined || textEmbedding === undefined) {
      throw new TrainError('TEXT_MISSING', {
        where,
        expected: 'a caption and its embedding, which a loss reads',
        received: caption === undefined ? 'no caption' : 'no embedding',
      });
    }
    if (textEmbedding.length !== width) {
      throw new TrainError('EXAMPLE_INVALID', {
        where,
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

/** [B, M, F] features of the reconstructed tokens. */
function featuresOf(
  model: VideoMae,
  examples: readonly TrainingExample<object>[],
  reconstructed: readonly Uint32Array[],
): HostTensor {
  const { slices, rows, columns } = model.grid;
  const tokens = slices * rows * columns;
  const length = examples[0]!.features?.length ?? 0;
  const width = length / tokens;
  const count = reconstructed[0]!.length;
  const data = new Float32Array(examples.length * count * width);
  examples.forEach(({ id, features }, row) => {
    if (features === undefined || features.length !== length || !Number.isInteger(width) || width === 0) {
      throw new TrainError('EXAMPLE_INVALID', {
        where: `Example "${id}"`,
        expected: `features of each of ${tokens} tokens, as many as example "${examples[0]!.id}" has`,
        received: features === undefined ? 'none' : `${features.length} numbers, and ${length} there`,
      });
    }
    reconstructed[row]!.forEach((token, at) => {
      data.set(features.subarray(token * width, (token + 1) * width), (row * count + at) * width);
    });
  });
  return { shape: [examples.length, count, width], data };
}

function chosen(
  plan: BatchPlan,
  masks: readonly ClipMasks[],
  examples: readonly TrainingExample<object>[],
): readonly Uint32Array[] {
  const lists = masks.map(({ reconstructed }) => reconstructed!);
  return alike(lists, plan.views[0]!, examples);
}

/** @throws TrainError `MASK_COUNT_CHANGED` unless all lists have one length. */
function alike(
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

function indexTensor(lists: readonly Uint32Array[]): HostTensor {
  const count = lists[0]!.length;
  const data = new Int32Array(lists.length * count);
  lists.forEach((list, row) => {
    data.set(list, row * count);
  });
  return { shape: [lists.length, count], data };
}

const keyTensor = (texts: readonly string[]): HostTensor => ({
  shape: [texts.length, 2],
  data: textKeys(texts),
});
