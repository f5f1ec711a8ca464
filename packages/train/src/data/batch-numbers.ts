import { type PixelScale, UNIT_PIXELS, type VideoMae } from '@tgm/models';
import type { HostTensor } from '../checkpoint/saved-run.js';
import { indexTensor, keyTensor } from './batch-tensors.js';
import { type ClipMasks, clipOf, drawMasks } from './clip-masks.js';
import { alike, featuresOf, framesOf, textOf } from './example-numbers.js';
import type { DrawnExample, TrainingExample } from './examples.js';
import type { TokenJob } from './fill-tokens.js';
import type { BatchPlan } from './masked-batches-options.js';
import type { NumberBuffers } from './number-buffers.js';

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

function chosen(
  plan: BatchPlan,
  masks: readonly ClipMasks[],
  examples: readonly TrainingExample<object>[],
): readonly Uint32Array[] {
  const lists = masks.map(({ reconstructed }) => reconstructed!);
  return alike(lists, plan.views[0]!, examples);
}
