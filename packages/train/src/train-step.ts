import * as tf from '@tensorflow/tfjs';
import { type Loss, type LossInputs, meanBaseline } from '@tgm/losses';
import type { Params, VideoMae } from '@tgm/models';
import type { AdamW, AdamWState } from './adamw.js';
import type { BatchTensors, EncoderView } from './batch.js';
import { type FlatLayout, splitParams } from './flat-params.js';

/** One term of the objective. */
export interface WeightedLoss {
  readonly loss: Loss;
  readonly weight: number;
}

/** All that changes from step to step. */
export type StepState = {
  /** Parameters of the model and of the losses, as one vector for each group. */
  readonly flat: Params;
  readonly optimizer: AdamWState;
};

export type StepInputs = {
  readonly state: StepState;
  readonly batch: BatchTensors;
  readonly learningRate: tf.Scalar;
};

export type StepOutputs = {
  readonly state: StepState;
  /** Scalars: each term before weighting, by name. */
  readonly terms: Readonly<Record<string, tf.Tensor>>;
  /** Scalar: their weighted sum. */
  readonly total: tf.Tensor;
  /** Scalar: what predicting every patch's mean would score as reconstruction. */
  readonly baseline: tf.Tensor;
  /** Scalar: Euclidean norm of all parameters after the update; not finite when the update broke them. */
  readonly weightNorm: tf.Tensor;
};

export interface StepOptions {
  readonly model: VideoMae;
  readonly losses: readonly WeightedLoss[];
  readonly optimizer: AdamW;
  readonly layout: FlatLayout;
}

/**
 * One optimisation step as a pure function: encode what is visible, decode what is masked, meet the caption,
 * sum the terms, go back, update.
 */
export function trainStep(options: StepOptions): (inputs: StepInputs) => StepOutputs {
  const { model, losses, optimizer, layout } = options;
  const groups = Object.keys(layout.groups);
  return ({ state, batch, learningRate }) => {
    const terms: Record<string, tf.Tensor> = {};
    const objective = (...vectors: tf.Tensor[]): tf.Scalar => {
      const flat = Object.fromEntries(groups.map((group, index) => [group, vectors[index]!]));
      const params = splitParams(layout, flat);
      const inputs = forward(model, params, batch);
      let total: tf.Tensor = tf.scalar(0);
      for (const { loss, weight } of losses) {
        const term = loss.compute(params, inputs);
        terms[loss.name] = tf.keep(term);
        total = tf.add(total, tf.mul(term, weight));
      }
      return total as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(objective)(groups.map((group) => state.flat[group]!));
    const gradients = Object.fromEntries(groups.map((group, index) => [group, grads[index]!]));
    const updated = optimizer.update(
      gradients,
      state.optimizer,
      state.flat,
      learningRate,
      (group) => layout.groups[group]!.decays,
    );
    return {
      state: { flat: updated.params, optimizer: updated.state },
      terms,
      total: value,
      baseline: meanBaseline(batch.targetPixels),
      weightNorm: tf.sqrt(tf.addN(Object.values(updated.params).map((vector) => tf.sum(tf.square(vector))))),
    };
  };
}

function forward(model: VideoMae, params: Params, batch: BatchTensors): LossInputs {
  const latent = encodeView(model, params, batch.visible);
  const contrastLatent = batch.contrast ? encodeView(model, params, batch.contrast) : latent;
  return {
    prediction: model.decode(params, latent, batch.visible.positions, batch.masked),
    targetPixels: batch.targetPixels,
    videoEmbedding: tf.mean(contrastLatent, 1) as tf.Tensor2D,
    ...(batch.textEmbedding ? { textEmbedding: batch.textEmbedding } : {}),
    ...(batch.captionGroup ? { captionGroup: batch.captionGroup } : {}),
  };
}

const encodeView = (model: VideoMae, params: Params, view: EncoderView): tf.Tensor3D =>
  model.encode(params, view.tokens, view.positions);
