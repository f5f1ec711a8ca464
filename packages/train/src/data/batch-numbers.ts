import { UNIT_PIXELS } from '@tgm/models';
import type { HostTensor } from '../checkpoint/saved-run.js';
import type { BatchPlan } from './batch-plan.js';
import { atOnePlace, indexTensor, keyTensor } from './batch-tensors.js';
import { captionTokenNumbers, type HostCaptionTokens } from './caption-token-numbers.js';
import { type ClipMasks, clipOf, drawMasks } from './clip-masks.js';
import { type CutTokensParts, cutTokens } from './cut-tokens.js';
import { alike, featuresOf, framesOf, textOf } from './example-numbers.js';
import type { DrawnExample, TrainingExample } from './examples.js';
import type { TokenJob } from './fill-tokens.js';
import type { BatchNumbers } from './filled-batches.js';
import type { MaskedModel } from './masked-batches-options.js';
import type { NumberBuffers } from './number-buffers.js';
import { type HostWhole, wholeClipNumbers } from './whole-clip-numbers.js';

/** A `MaskedBatch` on the host. */
export interface HostBatch {
  readonly views: Readonly<Record<string, { readonly tokens: HostTensor; readonly positions: HostTensor }>>;
  readonly reconstruct?: {
    readonly masked: HostTensor;
    readonly pixels?: HostTensor;
    readonly features?: HostTensor;
  };
  readonly visibleFeatures?: HostTensor;
  readonly whole?: HostWhole;
  readonly text?: { readonly embedding: HostTensor; readonly captionKey: HostTensor };
  readonly captionTokens?: HostCaptionTokens;
  readonly sampleKey: HostTensor;
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
  model: MaskedModel,
  drawn: Drawn,
  buffers: NumberBuffers,
): BatchNumbers<HostBatch> {
  const examples = drawn.map(({ example }) => example);
  const masks = drawn.map((each) => drawMasks(plan, model.grid, each));
  const text = plan.needs.text ? textOf(examples, plan.textWidth!) : undefined;
  const { captionTokens } = plan.needs;
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
  const reconstructed = plan.reconstructs && !plan.graph ? chosen(plan, masks, examples) : undefined;
  const { featureWidth, needs } = plan;
  const featuresAt = (lists: readonly Uint32Array[], codes?: number): HostTensor =>
    featuresOf(model, examples, lists, { featureWidth, codes });
  const features = reconstructed && plan.needs.features ? featuresAt(reconstructed, needs.codes) : undefined;
  const visibleFeatures = plan.needs.visibleFeatures && !plan.graph ? featuresAt(indices[0]!) : undefined;

  const jobs: TokenJob[] = [];
  const taken: Float32Array[] = [];
  const tokens = (parts: Omit<CutTokensParts, 'config'>): HostTensor => {
    const cut = cutTokens({ config: model.config, ...parts }, buffers);
    jobs.push(...cut.jobs);
    taken.push(cut.tensor.data);
    return cut.tensor;
  };

  const views = plan.views.map(({ name, positions }, at) => {
    const lists = indices[at]!;
    const seen = tokens({ frames: clips[at]!, lists, scale: model.pixels });
    return [
      name,
      { tokens: seen, positions: positions === 'grid' ? indexTensor(lists) : atOnePlace(lists) },
    ] as const;
  });
  const own = examples.map(({ frames }) => frames);
  const { graph } = plan;
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
                ? {
                    pixels: tokens({
                      frames: own,
                      lists: reconstructed,
                      scale: UNIT_PIXELS,
                      readFrames: model.predictedFrames!,
                    }),
                  }
                : {}),
              ...(features ? { features } : {}),
            },
          }
        : {}),
      ...(visibleFeatures ? { visibleFeatures } : {}),
      ...(graph ? { whole: wholeClipNumbers({ ...plan, graph }, model, drawn, tokens) } : {}),
      ...(text ? { text } : {}),
      ...(captionTokens ? { captionTokens: captionTokenNumbers(captionTokens, drawn) } : {}),
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
