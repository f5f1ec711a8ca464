import * as tf from '@tensorflow/tfjs';
import type { Random } from '@tgm/masking';
import type { Params } from '@tgm/models';
import { type Field, nested, oneOf, optional, wholeNumber } from '@tgm/options';

/** Linear maps one behind the other, with ReLU between them: a projection or a predictor, thrown away after pre-training. */
export interface HeadOptions {
  /** Linear maps, at least 1. */
  readonly layers: number;
  /** Width between them, needed where there are several. */
  readonly hidden?: number;
  /** E, width of what comes out. */
  readonly width: number;
  /**
   * Which maps have a batch norm behind them: none (default), all but the last, or all. It has the statistics of the batch of
   * one view. No running ones are kept, since nobody runs the head after training.
   */
  readonly norm?: 'none' | 'hidden' | 'all';
}

/** The fields of `HeadOptions`, for an option that is a head. */
export const headFields = () =>
  ({
    layers: wholeNumber({ from: 1 }),
    hidden: optional(wholeNumber({ from: 1 })),
    width: wholeNumber({ from: 1 }),
    norm: optional(oneOf(['none', 'hidden', 'all']), 'none'),
  }) satisfies Record<keyof HeadOptions, unknown>;

export const headField = (): Field<Head> => nested(headFields()) as Field<Head>;

/** A head with its defaults. */
export interface Head extends HeadOptions {
  readonly norm: 'none' | 'hidden' | 'all';
}

/** PyTorch's, of `BatchNorm1d`. */
const NORM_EPSILON = 1e-5;

/**
 * Fresh parameters, Xavier's uniform as VideoMAE's linear maps. `<prefix>.layer0.weight` [out, in], then `.bias` [out] or, of a
 * map with a norm, which needs no bias, `.norm.weight` and `.norm.bias` [out].
 *
 * @param inputs width of what goes in.
 */
export function drawHead(prefix: string, head: Head, inputs: number, random: Random): Params {
  const params: Record<string, tf.Tensor> = {};
  let into = inputs;
  for (let layer = 0; layer < head.layers; layer++) {
    const out = widthOf(head, layer);
    const bound = Math.sqrt(6 / (into + out));
    const weight = Float32Array.from({ length: out * into }, () => (2 * random() - 1) * bound);
    const name = layerName(prefix, layer);
    params[`${name}.weight`] = tf.tensor2d(weight, [out, into]);
    if (isNormed(head, layer)) {
      params[`${name}.norm.weight`] = tf.ones([out]);
      params[`${name}.norm.bias`] = tf.zeros([out]);
    } else {
      params[`${name}.bias`] = tf.zeros([out]);
    }
    into = out;
  }
  return params;
}

/** [B, inputs] -> [B, width] */
export function applyHead(prefix: string, head: Head, params: Params, rows: tf.Tensor2D): tf.Tensor2D {
  let made = rows;
  for (let layer = 0; layer < head.layers; layer++) {
    const name = layerName(prefix, layer);
    const mapped = tf.matMul(made, params[`${name}.weight`]!, false, true) as tf.Tensor2D;
    const shifted = isNormed(head, layer)
      ? batchNorm(mapped, params[`${name}.norm.weight`]!, params[`${name}.norm.bias`]!)
      : tf.add(mapped, params[`${name}.bias`]!);
    made = (layer < head.layers - 1 ? tf.relu(shifted) : shifted) as tf.Tensor2D;
  }
  return made;
}

/** Each column with mean 0 and variance 1 over the batch, then scaled and shifted. */
function batchNorm(rows: tf.Tensor2D, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const centred = tf.sub(rows, tf.mean(rows, 0, true));
  const variance = tf.mean(tf.square(centred), 0, true); // [1, width]
  return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, NORM_EPSILON))), weight), bias);
}

const layerName = (prefix: string, layer: number): string => `${prefix}.layer${layer}`;

const widthOf = ({ layers, hidden, width }: Head, layer: number): number =>
  layer < layers - 1 ? hidden! : width;

const isNormed = ({ layers, norm }: Head, layer: number): boolean =>
  norm === 'all' || (norm === 'hidden' && layer < layers - 1);
