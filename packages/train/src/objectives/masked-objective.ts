import * as tf from '@tensorflow/tfjs';
import type { BatchLoss, EncodedView, LossInputs, LossWidths } from '@tgm/losses';
import { type Params, saveVideoMae, type VideoMae } from '@tgm/models';
import { describer, objectWith, optional, optionTable, recorded, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Objective, Rows } from '../trainer/objective.js';
import { drawLossParams } from './loss-params.js';
import type { MaskedBatch } from './masked-batch.js';
import { matrixDecays } from './parameter-rule.js';
import { requireViews } from './require-views.js';
import {
  type DecoderPasses,
  decoderPasses,
  jointNeeds,
  type MaskedNeeds,
  RECONSTRUCT,
  requireNamesApart,
  type WeightedLoss,
  weightedLosses,
} from './weighted-loss.js';

export interface MaskedObjectiveOptions {
  readonly model: VideoMae;
  /** The terms, of different names. */
  readonly losses: readonly WeightedLoss[];
  /** E, of the captions' embeddings; needed where a loss reads text. */
  readonly textWidth?: number;
  /** F, of the examples' features, which parameters of a loss may depend on. */
  readonly featureWidth?: number;
}

/** An objective that says what it needs, for `maskedBatches`. */
export interface MaskedObjective extends Objective<MaskedBatch> {
  readonly needs: MaskedNeeds;
}

const OPTIONS = optionTable(
  'maskedObjective',
  {
    model: objectWith<VideoMae>('a VideoMae', [
      'encode',
      'decodeTokens',
      'predictPixels',
      'init',
      'parameters',
      'config',
      'describe',
    ]),
    losses: weightedLosses(),
    textWidth: optional(wholeNumber({ from: 1 })),
    featureWidth: optional(wholeNumber({ from: 1 })),
  } satisfies Record<keyof MaskedObjectiveOptions, unknown>,
  TrainError,
);

/**
 * Learns from masked clips: each view that a loss reads is encoded, and what is masked is decoded if a loss needs it, down to
 * pixels if a loss compares them. Nothing else is computed.
 *
 * Figures are named by the loss and what it calls them, such as `reconstruction baseline` and `contrastive negatives`.
 *
 * @throws TrainError `OPTION_INVALID`. `init` throws it for a loss whose parameters have names of others.
 */
export function maskedObjective(options: MaskedObjectiveOptions): MaskedObjective {
  const checked = OPTIONS.check(options);
  const { model, losses } = checked;
  requireNamesApart('maskedObjective', losses);
  const needs = jointNeeds(losses);
  const textWidth = needs.text ? checked.textWidth : undefined;
  if (needs.text && textWidth === undefined) {
    throw new TrainError('OPTION_INVALID', {
      where: 'maskedObjective, option textWidth',
      expected: "the width of the captions' embeddings, which a loss reads",
      received: 'nothing',
    });
  }
  const featureWidth = needs.features || needs.visibleFeatures ? checked.featureWidth : undefined;
  const widths: LossWidths = {
    video: model.config.hiddenSize,
    decoder: model.config.decoderHiddenSize,
    prediction: model.predictedFrames * model.config.patchSize ** 2 * 3,
    ...(textWidth === undefined ? {} : { text: textWidth }),
    ...(featureWidth === undefined ? {} : { features: featureWidth }),
  };
  const passes = decoderPasses(losses);
  const compared = losses.flatMap(({ loss }) => (loss.kind === 'batch' ? [loss] : []));
  return {
    needs,
    tellsSamplesApart: needs.otherClips && needs.text,
    weights: Object.fromEntries(losses.map(({ loss, weight }) => [loss.name, weight])),
    init: (random) =>
      tf.tidy(() => {
        const ofModel = model.init(random);
        return { params: { ...ofModel, ...drawLossParams(losses, ofModel, random, widths) } };
      }),
    part(params, _buffers, batch) {
      const inputs = forward(model, needs, passes, params, batch);
      const terms: Record<string, tf.Scalar> = {};
      const rows: Record<string, tf.Tensor> = {};
      const figures: Record<string, tf.Scalar> = {};
      for (const { loss } of losses) {
        if (loss.kind === 'clip') {
          terms[loss.name] = loss.compute(params, inputs);
          Object.assign(figures, prefixed(`${loss.name} `, loss.figures?.(params, inputs)));
        } else {
          Object.assign(rows, prefixed(`${loss.name}.`, loss.rows(params, inputs)));
        }
      }
      return { terms, figures, ...(compared.length > 0 ? { rows } : {}) };
    },
    ...(compared.length > 0
      ? { whole: (params: Params, _buffers: Params, rows: Rows) => compare(compared, params, rows) }
      : {}),
    group: (name, shape) => ({ decays: matrixDecays(name, shape), rateScale: 1 }),
    artefacts: (params) => [{ folder: '.', write: (path) => saveVideoMae(path, model, params) }],
    describe: describer('maskedObjective', recorded(OPTIONS, { ...checked, textWidth, featureWidth })),
  };
}

function compare(losses: readonly BatchLoss[], params: Params, rows: Rows) {
  const terms: Record<string, tf.Scalar> = {};
  const figures: Record<string, tf.Scalar> = {};
  for (const loss of losses) {
    const own = withoutPrefix(`${loss.name}.`, rows);
    terms[loss.name] = loss.compare(params, own);
    Object.assign(figures, prefixed(`${loss.name} `, loss.figures?.(params, own)));
  }
  return { terms, figures };
}

/** Encodes what is visible, decodes what is masked. */
function forward(
  model: VideoMae,
  needs: MaskedNeeds,
  passes: DecoderPasses,
  params: Params,
  batch: MaskedBatch,
): LossInputs {
  const views: Record<string, EncodedView> = {};
  requireViews('maskedObjective', needs.views, batch);
  requireMasked(needs, batch);
  for (const name of needs.views) {
    const { tokens: visible, positions } = batch.views[name]!;
    const tokens = model.encode(params, visible, positions);
    views[name] = { tokens, embedding: tf.mean(tokens, 1) };
  }
  const { reconstruct, visibleFeatures, text, sampleKey } = batch;
  const { pixels, features } = reconstruct ?? {};
  const decoded = passes.tokens
    ? model.decodeTokens(
        params,
        views[RECONSTRUCT]!.tokens,
        batch.views[RECONSTRUCT]!.positions,
        reconstruct!.masked,
      )
    : undefined;
  return {
    views,
    sampleKey,
    ...(decoded ? { decoded } : {}),
    ...(passes.head ? { prediction: model.predictPixels(params, decoded!) } : {}),
    ...(pixels ? { pixels } : {}),
    ...(features ? { features } : {}),
    ...(visibleFeatures ? { visibleFeatures } : {}),
    ...(text ? { textEmbedding: text.embedding, captionKey: text.captionKey } : {}),
  };
}

/** @throws TrainError `OPTION_INVALID` for a batch without the masked tokens that a loss needs. */
function requireMasked(needs: MaskedNeeds, batch: MaskedBatch): void {
  if (!needs.decoder || batch.reconstruct !== undefined) return;
  throw new TrainError('OPTION_INVALID', {
    where: 'maskedObjective, batch',
    expected: 'masked tokens to reconstruct',
    received: 'none',
  });
}

const prefixed = <Tensor extends tf.Tensor>(
  prefix: string,
  tensors: Readonly<Record<string, Tensor>> = {},
): Record<string, Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}${name}`, tensor]));

const withoutPrefix = (prefix: string, rows: Rows): Rows =>
  Object.fromEntries(
    Object.entries(rows).flatMap(([name, tensor]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), tensor]] : [],
    ),
  );
