import * as tf from '@tensorflow/tfjs';
import { describer, objectWith, optional, optionTable, recorded } from '@tgm/options';
import { LossError } from './errors.js';
import type { ClipLoss } from './loss.js';
import { pixelTarget } from './pixel-target.js';
import { checkRank } from './shape-check.js';
import type { Target } from './target.js';
import { numbersOf, valuesFor } from './target-values.js';

export interface ReconstructionLossOptions {
  /** What is predicted. Default `pixelTarget()`. */
  readonly target?: Target;
}

const OPTIONS = optionTable(
  'reconstructionLoss',
  {
    target: optional(objectWith<Target>('a target', ['of', 'values', 'errors', 'baseline', 'describe'])),
  } satisfies Record<keyof ReconstructionLossOptions, unknown>,
  LossError,
);

/**
 * How far the decoder's output is from what it was to say of the masked tokens, mean over all of them (VideoMAE, Tong et al.
 * 2022). Without parameters.
 *
 * Figure: `baseline`, what a decoder that knows nothing would score.
 *
 * `compute` throws LossError `SHAPE_MISMATCH`, also where the target's values have another width than the prediction. The decoder
 * predicts as many numbers as a token has pixels; `featureLoss` predicts features of any width.
 *
 * @throws LossError `OPTION_INVALID`.
 */
export function reconstructionLoss(options: ReconstructionLossOptions = {}): ClipLoss {
  const checked = OPTIONS.check(options);
  const { target = pixelTarget() } = checked;
  return {
    kind: 'clip',
    name: 'reconstruction',
    needs: { views: ['reconstruct'], reconstruction: target.of, text: false },
    init: () => ({}),
    compute(_params, inputs) {
      const { prediction } = inputs ?? {};
      checkRank(prediction, 3, 'reconstructionLoss, prediction');
      return tf.tidy(() => {
        const values = valuesFor('reconstructionLoss', target, inputs, prediction);
        return tf.mean(target.errors(prediction as tf.Tensor3D, values)) as tf.Scalar;
      });
    },
    figures(_params, inputs) {
      const numbers = numbersOf('reconstructionLoss', target, inputs);
      return { baseline: tf.tidy(() => target.baseline(target.values(numbers))) };
    },
    describe: describer('reconstructionLoss', recorded(OPTIONS, { ...checked, target })),
  };
}
