import * as tf from '@tensorflow/tfjs';
import { describer, objectWith, optional, optionTable, recorded } from '@tgm/options';
import { LossError } from './errors.js';
import type { ClipLoss, LossInputs } from './loss.js';
import { pixelTarget } from './pixel-target.js';
import { checkRank } from './shape-check.js';
import type { Target } from './target.js';

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
 * `compute` throws LossError `SHAPE_MISMATCH`.
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
      const numbers = numbersOf(inputs, target);
      return tf.tidy(() => {
        const values = target.values(numbers);
        return tf.mean(target.errors(prediction as tf.Tensor3D, values)) as tf.Scalar;
      });
    },
    figures(_params, inputs) {
      const numbers = numbersOf(inputs, target);
      return { baseline: tf.tidy(() => target.baseline(target.values(numbers))) };
    },
    describe: describer('reconstructionLoss', recorded(OPTIONS, { ...checked, target })),
  };
}

function numbersOf(inputs: LossInputs, target: Target): tf.Tensor3D {
  const numbers = inputs?.[target.of];
  checkRank(numbers, 3, `reconstructionLoss, ${target.of}`);
  return numbers as tf.Tensor3D;
}
