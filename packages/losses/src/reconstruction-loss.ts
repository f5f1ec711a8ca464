import * as tf from '@tensorflow/tfjs';
import { oneOf, optional, optionTable } from '@tgm/options';
import { LossError } from './errors.js';
import type { Loss } from './loss.js';
import { normalisedTarget, type TargetNormalisation } from './normalised-target.js';
import { checkRank, checkShape } from './shape-check.js';

export interface ReconstructionLossOptions {
  /** What is predicted: `normalisedTarget` over this, by default over each `channel`; the pixels themselves where false. */
  readonly normalise?: TargetNormalisation | false;
}

const OPTIONS = optionTable(
  'reconstructionLoss',
  { normalise: optional(oneOf(['channel', 'joint', false]), 'channel') } satisfies Record<
    keyof ReconstructionLossOptions,
    unknown
  >,
  LossError,
);

/**
 * Mean square difference between the decoder's output and the hidden tokens (VideoMAE, Tong et al. 2022). Without
 * parameters.
 *
 * `compute` throws LossError `SHAPE_MISMATCH`.
 *
 * @throws LossError `OPTION_INVALID`.
 */
export function reconstructionLoss(options: ReconstructionLossOptions = {}): Loss {
  const { normalise } = OPTIONS.check(options);
  return {
    name: 'reconstruction',
    needsText: false,
    init: () => ({}),
    compute(_params, inputs) {
      const { prediction, targetPixels } = inputs ?? {};
      checkRank(targetPixels, 3, 'reconstructionLoss, targetPixels');
      checkShape(prediction, targetPixels.shape, 'reconstructionLoss, prediction');
      return tf.tidy(() => {
        const target = normalise ? normalisedTarget(targetPixels, normalise) : targetPixels;
        return meanSquare(tf.sub(prediction, target));
      });
    },
  };
}

/**
 * What the reconstruction loss of a target that is normalised over each channel would be if the decoder said the mean,
 * that is zero: the loss to get below. Close to (n - 1) / n for patches of n values a channel; less where patches are flat.
 *
 * @param targetPixels [B, M, Q] pixels in [0, 1], channel fastest.
 * @throws LossError `OPTION_INVALID`, `SHAPE_MISMATCH` as `normalisedTarget`.
 */
export function meanBaseline(targetPixels: tf.Tensor3D): tf.Scalar {
  return tf.tidy(() => meanSquare(normalisedTarget(targetPixels, 'channel')));
}

function meanSquare(values: tf.Tensor): tf.Scalar {
  return tf.div(tf.sum(tf.mul(values, values)), values.size);
}
