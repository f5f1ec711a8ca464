import * as tf from '@tensorflow/tfjs';
import type { Loss } from './loss.js';
import { normalisedTarget } from './normalised-target.js';
import { checkShape } from './shape-check.js';

export interface ReconstructionLossOptions {
  /** True (default) predicts `normalisedTarget`, as VideoMAE does; false predicts the pixels themselves. */
  readonly normalise?: boolean;
}

/**
 * Mean square difference between the decoder's output and the hidden tokens (VideoMAE, Tong et al. 2022). Without
 * parameters.
 *
 * `compute` throws LossError `SHAPE_MISMATCH`.
 */
export function reconstructionLoss({ normalise = true }: ReconstructionLossOptions = {}): Loss {
  return {
    name: 'reconstruction',
    needsText: false,
    init: () => ({}),
    compute(_params, { prediction, targetPixels }) {
      checkShape(prediction, targetPixels.shape, 'reconstructionLoss, prediction');
      return tf.tidy(() => {
        const target = normalise ? normalisedTarget(targetPixels) : targetPixels;
        return meanSquare(tf.sub(prediction, target));
      });
    },
  };
}

/**
 * What the reconstruction loss of a normalised target would be if the decoder said each patch's mean, that is zero:
 * the loss to get below. Close to (n - 1) / n for patches of n values a channel; less where patches are flat.
 *
 * @param targetPixels [B, M, P] pixels in [0, 1], channel fastest.
 * @throws LossError `SHAPE_MISMATCH` as `normalisedTarget`.
 */
export function meanBaseline(targetPixels: tf.Tensor3D): tf.Scalar {
  return tf.tidy(() => meanSquare(normalisedTarget(targetPixels)));
}

function meanSquare(values: tf.Tensor): tf.Scalar {
  return tf.div(tf.sum(tf.mul(values, values)), values.size);
}
