import { type MaskingStrategy, maskedCount, tokenCount } from '@tgm/masking';
import { number, optionTable } from '@tgm/options';
import { TrainError } from '../errors.js';
import { type GraphMasking, isGraphMasking } from '../objectives/graph-masking/graph-masking.js';
import { type MaskedNeeds, RECONSTRUCT } from '../objectives/weighted-loss.js';
import { shareOf } from './batch-fields.js';
import type { MaskPlan, ViewPlan } from './clip-masks.js';
import {
  type CheckedBatchesOptions,
  MASKED_BATCHES_OPTIONS,
  VIEW_OPTIONS,
  type Views,
} from './masked-batches-options.js';

/** What is made of each example. */
export interface BatchPlan extends MaskPlan<object> {
  readonly needs: MaskedNeeds;
  /** E, where a loss reads text. */
  readonly textWidth: number | undefined;
  /** F, where a loss reads features and the examples say so. */
  readonly featureWidth: number | undefined;
  /** Clips of this rank's share. */
  readonly share: number;
  /** What masks the view `reconstruct`, where that is chosen in the graph. */
  readonly graph: GraphMasking<object> | undefined;
}

/** @throws TrainError `OPTION_INVALID` for options that do not fit each other. */
export function batchPlan(options: CheckedBatchesOptions): BatchPlan {
  const { examples, masking, decoderMasking, needs } = options;
  const share = shareOf(MASKED_BATCHES_OPTIONS.where, options);
  requireRatio('maskedBatches, option masking', masking);
  requireRatio('maskedBatches, option decoderMasking', decoderMasking);
  const graph = masking && isGraphMasking(masking) ? masking : undefined;
  const views = viewPlans(needs, masking, options.views ?? {});
  if (decoderMasking && !needs.decoder) {
    refuse('decoderMasking', 'nothing, since no loss needs the decoder', `"${decoderMasking.name}"`);
  }
  if (needs.decoder && options.model.predictedFrames === undefined) {
    refuse('model', 'a VideoMae, whose decoder a loss needs', 'an encoder');
  }
  if (graph) requireGraph(options, graph);
  const textWidth = needs.text ? examples.textWidth : undefined;
  if (needs.text && textWidth === undefined) {
    refuse('examples', 'examples with embeddings of captions (textWidth), which a loss reads', 'none');
  }
  const reconstructs = needs.decoder || needs.features;
  const featureWidth = examples.featureWidth;
  return { needs, views, graph, reconstructs, decoderMasking, textWidth, featureWidth, share };
}

/** @throws TrainError `OPTION_INVALID` for what a mask that is chosen in the graph does not do. */
function requireGraph(
  { decoderMasking, model, needs }: CheckedBatchesOptions,
  graph: GraphMasking<object>,
): void {
  if (decoderMasking) {
    refuse(
      'decoderMasking',
      `nothing, since the mask "${graph.name}" is chosen in the graph`,
      `"${decoderMasking.name}"`,
    );
  }
  const count = tokenCount(model.grid);
  if (needs.decoder && maskedCount(count, graph.ratio) === 0) {
    refuse('masking', 'a ratio that hides at least one token', `${graph.ratio} of ${count} tokens`);
  }
}

function viewPlans(
  needs: MaskedNeeds,
  masking: MaskingStrategy<object> | GraphMasking<object> | undefined,
  views: Views,
): readonly ViewPlan<object>[] {
  if (RECONSTRUCT in views)
    refuse('views', `other names than "${RECONSTRUCT}", which masking masks`, RECONSTRUCT);
  // Draws are named by their views; those of other purposes have names of several words.
  const spaced = Object.keys(views).find((name) => /\s/.test(name));
  if (spaced !== undefined) refuse('views', 'names of one word', JSON.stringify(spaced));
  const unread = Object.keys(views).filter((name) => !needs.views.includes(name));
  if (unread.length > 0) {
    refuse('views', `views that a loss reads: ${needs.views.join(', ')}`, unread.join(', '));
  }
  const missing = needs.views.filter((name) => name !== RECONSTRUCT && !Object.hasOwn(views, name));
  if (missing.length > 0) {
    refuse(
      'views',
      `the views that a loss reads: ${missing.join(', ')}`,
      Object.keys(views).join(', ') || 'none',
    );
  }
  // In an order that does not hang on how the options were written.
  const further = Object.keys(views)
    .sort()
    .map((name) => ({ name, ...VIEW_OPTIONS.check(views[name]) }));
  for (const { name, masking } of further) requireRatio(`maskedBatches, option views, ${name}`, masking);
  if (!needs.views.includes(RECONSTRUCT)) {
    if (!masking) return further;
    return refuse('masking', `nothing, since no loss reads the view "${RECONSTRUCT}"`, `"${masking.name}"`);
  }
  if (!masking)
    return refuse('masking', `a strategy for the view "${RECONSTRUCT}", which a loss reads`, 'nothing');
  return isGraphMasking(masking)
    ? further
    : [{ name: RECONSTRUCT, masking, clip: 0, positions: 'grid' }, ...further];
}

function refuse(option: string, expected: string, received: string): never {
  throw new TrainError('OPTION_INVALID', { where: `maskedBatches, option ${option}`, expected, received });
}

/** @throws TrainError `OPTION_INVALID` for a mask whose ratio is none. */
function requireRatio(where: string, masking: { readonly ratio: number } | undefined): void {
  if (masking)
    optionTable(where, { ratio: number({ from: 0, below: 1 }) }, TrainError).check({ ratio: masking.ratio });
}
