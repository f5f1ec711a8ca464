import * as tf from '@tensorflow/tfjs';
import { describer, oneOf, optional, optionTable, recorded, wholeNumber } from '@tgm/options';
import { LossError } from './errors.js';
import {
  FEATURE_DISTANCES,
  FEATURE_NORMALISATIONS,
  type FeatureDistance,
  type FeatureNormalisation,
} from './feature-distance.js';
import { l2Normalise } from './l2-normalise.js';
import type { ClipLoss, LossInputs, Params } from './loss.js';
import { checkRank, checkShape } from './shape-check.js';

export interface FeatureLossOptions {
  /** Whose features are predicted: of `masked` tokens by the decoder, or of `visible` ones by the encoder alone. */
  readonly tokens: 'masked' | 'visible';
  /**
   * What becomes of the teacher's features: nothing, a layer norm over the F features of each token without scale and shift
   * (`layer`, epsilon 1e-5), or the length 1 (`l2`). Default `none`.
   */
  readonly normalise?: FeatureNormalisation;
  /**
   * The distance, a mean over the F features: `squared`, `l1`, or `smoothL1` (d * d / 2 below 1, |d| - 1 / 2 from there on).
   * `cosine` is 1 - cos. Default `squared`.
   */
  readonly distance?: FeatureDistance;
}

const OPTIONS = optionTable(
  'featureLoss',
  {
    tokens: oneOf(['masked', 'visible']),
    normalise: optional(oneOf(['none', 'layer', 'l2']), 'none'),
    distance: optional(oneOf(['squared', 'l1', 'smoothL1', 'cosine']), 'squared'),
  } satisfies Record<keyof FeatureLossOptions, unknown>,
  LossError,
);

/** By whose features are predicted: the loss's name, and what it reads. */
const KINDS = {
  masked: { name: 'features', numbers: 'features', width: 'decoder' },
  visible: { name: 'visibleFeatures', numbers: 'visibleFeatures', width: 'video' },
} as const;

/**
 * Predicts the features that a frozen teacher makes of each token, by a linear head of its own. `FEATURE_LOSSES` has the
 * published forms.
 *
 * The name is `features` for masked tokens and `visibleFeatures` for visible ones, so that an objective may have both.
 * Parameters: `<name>.head.weight` [F, C] from the decoder's width, or [F, D] from the encoder's, and `<name>.head.bias` [F].
 *
 * Figure: `baseline`, what a head would score that says the mean of the features at hand, whatever it sees. Where cosines are
 * compared, it is the mean of the features of length 1.
 *
 * `init` throws LossError `OPTION_INVALID` for widths that are not told; `compute` and `figures` throw `SHAPE_MISMATCH`.
 *
 * @throws LossError `OPTION_INVALID`.
 */
export function featureLoss(options: FeatureLossOptions): ClipLoss {
  const checked = OPTIONS.check(options);
  const { tokens, distance } = checked;
  const { name, numbers, width } = KINDS[tokens];
  const normalise = FEATURE_NORMALISATIONS[checked.normalise];
  const distanceOf = FEATURE_DISTANCES[distance];
  const weightName = `${name}.head.weight`;
  const biasName = `${name}.head.bias`;
  const widthsTable = optionTable(
    'featureLoss init',
    { [width]: wholeNumber({ from: 1 }), features: wholeNumber({ from: 1 }) },
    LossError,
  );

  /** [B * count, F] what is to be said. */
  function targetOf(inputs: LossInputs): tf.Tensor2D {
    const features = inputs?.[numbers];
    checkRank(features, 3, `featureLoss, ${numbers}`);
    return normalise(rowsOf(features));
  }

  return {
    kind: 'clip',
    name,
    needs: {
      views: ['reconstruct'],
      text: false,
      ...(tokens === 'masked' ? { decoded: true, features: true } : { visibleFeatures: true }),
    },
    init(random, widths) {
      if (widths?.features === undefined) {
        throw new LossError('OPTION_INVALID', {
          where: 'featureLoss init, option features',
          expected: 'F, the width of the features that are predicted',
          received: 'nothing',
          advice:
            'Examples get features by withFeatures of @tgm/train; a source of your own tells their featureWidth.',
        });
      }
      widthsTable.check({ [width]: widths[width], features: widths.features });
      const [inputs, outputs] = [widths[width]!, widths.features!];
      const bound = Math.sqrt(6 / (inputs + outputs)); // Xavier, as VideoMAE's linear layers
      const weight = Float32Array.from({ length: outputs * inputs }, () => (2 * random() - 1) * bound);
      return { [weightName]: tf.tensor2d(weight, [outputs, inputs]), [biasName]: tf.zeros([outputs]) };
    },
    compute(params, inputs) {
      const seen = tokens === 'masked' ? inputs?.decoded : inputs?.views?.reconstruct?.tokens;
      checkRank(seen, 3, `featureLoss, ${tokens === 'masked' ? 'decoded' : 'views.reconstruct.tokens'}`);
      const features = inputs[numbers];
      checkRank(features, 3, `featureLoss, ${numbers}`);
      checkShape(features, [seen.shape[0]!, seen.shape[1]!, features.shape[2]!], `featureLoss, ${numbers}`);
      const { weight, bias } = headOf(params, features.shape[2]!, seen.shape[2]!);
      return tf.tidy(() => {
        const said = tf.add(tf.matMul(rowsOf(seen), weight, false, true), bias) as tf.Tensor2D; // [B * count, F]
        return tf.mean(distanceOf(said, targetOf(inputs))) as tf.Scalar;
      });
    },
    figures(_params, inputs) {
      checkRank(inputs?.[numbers], 3, `featureLoss, ${numbers}`);
      return {
        baseline: tf.tidy(() => {
          const target = targetOf(inputs);
          const averaged = distance === 'cosine' ? l2Normalise(target) : target;
          const mean = tf.mean(averaged, 0, true) as tf.Tensor2D; // [1, F]
          const said = tf.add(mean, tf.zerosLike(target)) as tf.Tensor2D;
          return tf.mean(distanceOf(said, target)) as tf.Scalar;
        }),
      };
    },
    describe: describer('featureLoss', recorded(OPTIONS, checked)),
  };

  function headOf(params: Params, outputs: number, inputs: number) {
    const { [weightName]: weight, [biasName]: bias } = params ?? {};
    checkShape(weight, [outputs, inputs], weightName);
    checkShape(bias, [outputs], biasName);
    return { weight: weight as tf.Tensor2D, bias };
  }
}

/** [B, count, F] to [B * count, F]. */
const rowsOf = (tokens: tf.Tensor): tf.Tensor2D => tf.reshape(tokens, [-1, tokens.shape[2]!]);
