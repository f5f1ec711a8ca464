import * as tf from '@tensorflow/tfjs';
import { atTokens, type EncodedView, type LossInputs } from '@tgm/losses';
import type { Params, VideoMae } from '@tgm/models';
import { TrainError } from '../errors.js';
import { chosenView } from './graph-masking/chosen-view.js';
import type { GraphMasking } from './graph-masking/graph-masking.js';
import type { MaskedBatch, WholeTensors } from './masked-batch.js';
import { requireViews } from './require-views.js';
import { type DecoderPasses, type MaskedNeeds, RECONSTRUCT } from './weighted-loss.js';

/** What decides what is computed of a batch. */
export interface Forward {
  readonly model: VideoMae;
  readonly masking: GraphMasking<object> | undefined;
  readonly needs: MaskedNeeds;
  readonly passes: DecoderPasses;
}

/**
 * Encodes what is visible, decodes what is masked, and computes nothing that is not needed.
 *
 * @throws TrainError `OPTION_INVALID` for a batch that lacks what is needed, or of masks that are chosen elsewhere.
 */
export function lossInputs(
  forward: Forward,
  params: Params,
  buffers: Params,
  batch: MaskedBatch,
): LossInputs {
  const { model, needs, passes } = forward;
  requireMaskedThere(forward, batch);
  const views: Record<string, EncodedView> = {};
  const given = forward.masking ? needs.views.filter((name) => name !== RECONSTRUCT) : needs.views;
  requireViews('maskedObjective', given, batch);
  for (const name of given) {
    const { tokens, positions } = batch.views[name]!;
    views[name] = encodedView(model.encode(params, tokens, positions));
  }
  const shown = batch.whole
    ? ofChoice(forward, params, buffers, batch.whole)
    : { visible: batch.views[RECONSTRUCT]?.positions, numbers: numbersOf(batch) };
  if ('tokens' in shown) views[RECONSTRUCT] = encodedView(shown.tokens);
  const masked = 'choice' in shown ? shown.choice.masked : batch.reconstruct?.masked;
  const decoded = passes.tokens
    ? model.decodeTokens(params, views[RECONSTRUCT]!.tokens, shown.visible!, masked!)
    : undefined;
  const { text, captionTokens, sampleKey } = batch;
  return {
    views,
    sampleKey,
    ...(decoded ? { decoded } : {}),
    ...(passes.head ? { prediction: model.predictPixels(params, decoded!) } : {}),
    ...shown.numbers,
    ...('choice' in shown ? { choice: shown.choice } : {}),
    ...(text ? { textEmbedding: text.embedding, captionKey: text.captionKey } : {}),
    ...(captionTokens ? { captionTokens } : {}),
  };
}

const encodedView = (tokens: tf.Tensor3D): EncodedView => ({ tokens, embedding: tf.mean(tokens, 1) });

type Numbers = Pick<LossInputs, 'pixels' | 'features' | 'visibleFeatures'>;

/** Numbers of tokens that were masked before the step. */
function numbersOf({ reconstruct, visibleFeatures }: MaskedBatch): Numbers {
  const { pixels, features } = reconstruct ?? {};
  return {
    ...(pixels ? { pixels } : {}),
    ...(features ? { features } : {}),
    ...(visibleFeatures ? { visibleFeatures } : {}),
  };
}

/** The view `reconstruct` of a mask that is chosen here, and the numbers of its tokens. */
function ofChoice({ masking, model, needs }: Forward, params: Params, buffers: Params, whole: WholeTensors) {
  const { choice, tokens } = chosenView(masking!, model, params, buffers, whole);
  const { visible, masked } = choice;
  const { pixels, features } = whole;
  const numbers: Numbers = {
    ...(pixels ? { pixels: atTokens(pixels, masked) } : {}),
    ...(features && needs.features ? { features: atTokens(features, masked) } : {}),
    ...(features && needs.visibleFeatures ? { visibleFeatures: atTokens(features, visible) } : {}),
  };
  return { choice, tokens, visible, numbers };
}

/** @throws TrainError `OPTION_INVALID` */
function requireMaskedThere({ masking, needs }: Forward, { whole, reconstruct }: MaskedBatch): void {
  const refuse = (expected: string, received: string): never => {
    throw new TrainError('OPTION_INVALID', { where: 'maskedObjective, batch', expected, received });
  };
  if (masking && !whole) refuse('whole clips, of which its masking chooses in the graph', 'masked clips');
  if (!masking && whole) refuse('masked clips', 'whole clips');
  if (!whole && needs.decoder && !reconstruct) refuse('masked tokens to reconstruct', 'none');
}
