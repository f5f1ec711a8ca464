import * as tf from '@tensorflow/tfjs';
import { describer, objectWith, optional, optionTable, recorded } from '@tgm/options';
import { atTokens } from './at-tokens.js';
import { logProbabilityOf } from './choice.js';
import { LossError } from './errors.js';
import type { ClipLoss, LossInputs } from './loss.js';
import { pixelTarget } from './pixel-target.js';
import { checkRank, checkShape } from './shape-check.js';
import type { Target } from './target.js';
import { valuesFor } from './target-values.js';
import { withoutGradients } from './without-gradients.js';

export interface SamplingLossOptions {
  /** What the errors of the tokens are errors of. Default `pixelTarget()`, that of `reconstructionLoss`. */
  readonly target?: Target;
}

const OPTIONS = optionTable(
  'samplingLoss',
  {
    target: optional(objectWith<Target>('a target', ['of', 'values', 'errors', 'baseline', 'describe'])),
  } satisfies Record<keyof SamplingLossOptions, unknown>,
  LossError,
);

/**
 * Teaches a mask to show what is reconstructed badly where it is hidden: minus the mean over masked tokens of log probability
 * times error (AdaMAE, Bandara et al., arXiv 2211.09120, section 3.2; the paper weights it with 1e-4). The error is a reward,
 * without gradients. Without parameters.
 *
 * It reads a choice that a mask makes in the graph, with probabilities, such as that of `adaptiveMasking` of `@tgm/train`.
 *
 * Figure: `baseline`, the term where all tokens are as probable.
 *
 * `compute` throws LossError `CHOICE_MISSING` and `SHAPE_MISMATCH`.
 *
 * @throws LossError `OPTION_INVALID`.
 */
export function samplingLoss(options: SamplingLossOptions = {}): ClipLoss {
  const checked = OPTIONS.check(options);
  const { target = pixelTarget() } = checked;
  return {
    kind: 'clip',
    name: 'sampling',
    needs: { views: ['reconstruct'], reconstruction: target.of, text: false, choice: true },
    init: () => ({}),
    compute(_params, inputs) {
      const { logProbability, masked } = logProbabilityOf('samplingLoss', inputs?.choice);
      return tf.tidy(() => {
        const rewards = errorsOf(target, inputs, masked);
        const probable = atTokens(logProbability, masked); // [B, M]
        return tf.neg(tf.mean(tf.mul(probable, rewards))) as tf.Scalar;
      });
    },
    figures(_params, inputs) {
      const { logProbability, masked } = logProbabilityOf('samplingLoss', inputs?.choice);
      return {
        baseline: tf.tidy(() => {
          const rewards = errorsOf(target, inputs, masked);
          return tf.mul(tf.mean(rewards), Math.log(logProbability.shape[1]));
        }),
      };
    },
    describe: describer('samplingLoss', recorded(OPTIONS, { ...checked, target })),
  };
}

/** [B, M] errors of the masked tokens, as numbers. */
function errorsOf(target: Target, inputs: LossInputs, masked: tf.Tensor2D): tf.Tensor2D {
  const { prediction } = inputs;
  checkRank(prediction, 3, 'samplingLoss, prediction');
  checkShape(prediction, [...masked.shape, prediction.shape[2]!], 'samplingLoss, prediction');
  return withoutGradients(() =>
    tf.tidy(() =>
      target.errors(prediction as tf.Tensor3D, valuesFor('samplingLoss', target, inputs, prediction)),
    ),
  );
}
