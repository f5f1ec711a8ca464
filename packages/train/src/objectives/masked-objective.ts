import * as tf from '@tensorflow/tfjs';
import type { BatchLoss, LossWidths } from '@tgm/losses';
import { type Params, saveVideoMae, type VideoMae } from '@tgm/models';
import { describer, objectWith, optional, optionTable, recorded, wholeNumber } from '@tgm/options';
import { TrainError } from '../errors.js';
import type { Objective, Rows } from '../trainer/objective.js';
import { drawGraphMasking } from './graph-masking/draw-graph-masking.js';
import { type GraphMasking, graphMaskingField } from './graph-masking/graph-masking.js';
import { lossInputs } from './loss-inputs.js';
import { drawLossParams } from './loss-params.js';
import type { MaskedBatch } from './masked-batch.js';
import { matrixDecays } from './parameter-rule.js';
import { readByLoss } from './undeclared-need.js';
import {
  decoderPasses,
  jointNeeds,
  type MaskedNeeds,
  requireSoundLosses,
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
  /** The mask of the view `reconstruct` where it is chosen in the graph: the same that the batches have. */
  readonly masking?: GraphMasking<never>;
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
    masking: optional(graphMaskingField()),
  } satisfies Record<keyof MaskedObjectiveOptions, unknown>,
  TrainError,
);

/**
 * Learns from masked clips: each view that a loss reads is encoded, and what is masked is decoded if a loss needs it, down to
 * pixels if a loss compares them. Nothing else is computed.
 *
 * With a `GraphMasking` the mask chooses here, and what it shows is encoded. Its parameters are trained by whatever term has a
 * gradient for them.
 *
 * Figures are named by the loss and what it calls them, such as `reconstruction baseline` and `contrastive negatives`.
 *
 * @throws TrainError `OPTION_INVALID`. `init` throws it for a loss or a mask whose parameters have
 *   names of others.
 */
export function maskedObjective(options: MaskedObjectiveOptions): MaskedObjective {
  const checked = OPTIONS.check(options);
  const { model, losses, masking } = checked;
  requireSoundLosses('maskedObjective', losses);
  requireChooser(losses, masking);
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
    grid: model.grid,
    decoder: model.config.decoderHiddenSize,
    prediction: model.predictedFrames * model.config.patchSize ** 2 * 3,
    ...(textWidth === undefined ? {} : { text: textWidth }),
    ...(featureWidth === undefined ? {} : { features: featureWidth }),
  };
  const passes = decoderPasses(losses);
  const follows = masking?.nextBuffers ? masking : undefined;
  const compared = losses.flatMap(({ loss }) => (loss.kind === 'batch' ? [loss] : []));
  return {
    needs,
    tellsSamplesApart: needs.otherClips && needs.text,
    weights: Object.fromEntries(losses.map(({ loss, weight }) => [loss.name, weight])),
    init: (random, given) =>
      tf.tidy(() => {
        const ofModel = model.init(random);
        const params = { ...ofModel, ...drawLossParams(losses, ofModel, random, widths) };
        if (!masking) return { params };
        const ofMask = drawGraphMasking(masking, model, random, params, given);
        return { params: { ...params, ...ofMask.params }, buffers: ofMask.buffers };
      }),
    part(params, buffers, batch) {
      const inputs = lossInputs({ model, masking, needs, passes }, params, buffers, batch);
      const terms: Record<string, tf.Scalar> = {};
      const rows: Record<string, tf.Tensor> = {};
      const figures: Record<string, tf.Scalar> = {};
      for (const { loss } of losses) {
        if (loss.kind === 'clip') {
          terms[loss.name] = readByLoss(loss, inputs, (read) => loss.compute(params, read));
          const own = readByLoss(loss, inputs, (read) => loss.figures?.(params, read));
          Object.assign(figures, prefixed(`${loss.name} `, own));
        } else {
          const own = readByLoss(loss, inputs, (read) => loss.rows(params, read));
          Object.assign(rows, prefixed(`${loss.name}.`, own));
        }
      }
      // Buffers follow where rows are compared, once a step.
      if (follows) rows[`${follows.name}.clips`] = tf.clone(batch.sampleKey);
      return { terms, figures, ...(Object.keys(rows).length > 0 ? { rows } : {}) };
    },
    ...(compared.length > 0 || follows
      ? {
          whole: (params: Params, buffers: Params, rows: Rows) => ({
            ...compare(compared, params, rows),
            ...(follows ? { buffers: follows.nextBuffers!(params, buffers) } : {}),
          }),
        }
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

/** @throws TrainError `OPTION_INVALID` for a loss that reads a choice where nothing chooses. */
function requireChooser(losses: readonly WeightedLoss[], masking: object | undefined): void {
  const reads = losses.find(({ loss }) => loss.needs.choice);
  if (masking || !reads) return;
  throw new TrainError('OPTION_INVALID', {
    where: 'maskedObjective, option masking',
    expected: `a mask that is chosen in the graph, which the loss "${reads.loss.name}" reads`,
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
