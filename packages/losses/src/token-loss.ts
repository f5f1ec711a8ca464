import * as tf from '@tensorflow/tfjs';
import { describer, optional, optionTable, recorded, wholeNumber } from '@tgm/options';
import { classificationLoss } from './classification-loss.js';
import { LossError } from './errors.js';
import type { ClipLoss, LossInputs, Params } from './loss.js';
import { checkRank, checkShape } from './shape-check.js';

export interface TokenLossOptions {
  /** K, how many numbers there are, from 2: those of a codebook, or of clusters of colours. */
  readonly codes: number;
}

const codes = () => wholeNumber({ from: 2 });

const OPTIONS = optionTable(
  'tokenLoss',
  { codes: codes() } satisfies Record<keyof TokenLossOptions, unknown>,
  LossError,
);

const WIDTHS = optionTable(
  'tokenLoss init',
  { decoder: wholeNumber({ from: 1 }), features: optional(wholeNumber({ from: 1, to: 1 })) },
  LossError,
);

const WEIGHT = 'token.head.weight';
const BIAS = 'token.head.bias';

/**
 * Predicts the number of each masked token, by a linear head of its own and cross-entropy: H. Bao et al., BEiT, arXiv 2106.08254,
 * section 2.3 (A: paper). With the clusters of colours under a causal mask it is the form of M. Chen et al., Generative Pretraining
 * from Pixels, ICML 2020 (iGPT). The numbers are features of the width 1, whole, from 0 and below K; another one makes the loss
 * NaN or infinite. Its needs say K, so that `@tgm/train` can refuse such a number.
 *
 * The name is `token`. Parameters: `token.head.weight` [K, C] from the decoder's width, and `token.head.bias` [K].
 *
 * Figures: `baseline`, the entropy of the numbers at hand, which a head comes to that knows how often each is and nothing else;
 * `accuracy`, the share of the tokens whose likeliest number is right.
 *
 * `init` throws LossError `OPTION_INVALID` for widths that are not told, or features that are wider; `compute` and `figures` throw
 * `SHAPE_MISMATCH`.
 *
 * @throws LossError `OPTION_INVALID`.
 */
export function tokenLoss(options: TokenLossOptions): ClipLoss {
  const checked = OPTIONS.check(options);
  const { codes } = checked;

  /** [B * M, K] */
  function logitsOf(params: Params, inputs: LossInputs): tf.Tensor2D {
    const decoded = inputs?.decoded;
    checkRank(decoded, 3, 'tokenLoss, decoded');
    const width = decoded.shape[2]!;
    const { [WEIGHT]: weight, [BIAS]: bias } = params ?? {};
    checkShape(weight, [codes, width], WEIGHT);
    checkShape(bias, [codes], BIAS);
    const rows = tf.reshape(decoded, [-1, width]) as tf.Tensor2D;
    return tf.add(tf.matMul(rows, weight as tf.Tensor2D, false, true), bias);
  }

  return {
    kind: 'clip',
    name: 'token',
    needs: { views: ['reconstruct'], text: false, decoded: true, features: true, codes },
    init(random, widths) {
      const { decoder } = WIDTHS.check({ decoder: widths?.decoder, features: widths?.features });
      const bound = Math.sqrt(6 / (decoder + codes)); // Xavier, as VideoMAE's linear layers
      const weight = Float32Array.from({ length: codes * decoder }, () => (2 * random() - 1) * bound);
      return { [WEIGHT]: tf.tensor2d(weight, [codes, decoder]), [BIAS]: tf.zeros([codes]) };
    },
    compute(params, inputs) {
      return tf.tidy(() => {
        const logits = logitsOf(params, inputs);
        return classificationLoss(logits, numbersOf(inputs), 0);
      });
    },
    figures(params, inputs) {
      return tf.tidy(() => {
        const numbers = numbersOf(inputs);
        const shares = tf.mean(tf.oneHot(numbers, codes), 0); // [K]
        const right = tf.equal(tf.argMax(logitsOf(params, inputs), 1), numbers);
        return {
          // A share of 0 adds nothing.
          baseline: tf.neg(tf.sum(tf.mul(shares, tf.log(tf.maximum(shares, Number.EPSILON))))) as tf.Scalar,
          accuracy: tf.mean(tf.cast(right, 'float32')) as tf.Scalar,
        };
      });
    },
    describe: describer('tokenLoss', recorded(OPTIONS, checked)),
  };
}

/** [B * M] int32 the numbers; -1, which is none, for one that is not whole. */
function numbersOf(inputs: LossInputs): tf.Tensor1D {
  const features = inputs?.features;
  checkRank(features, 3, 'tokenLoss, features');
  const [clips, tokens] = inputs.decoded?.shape ?? features.shape;
  checkShape(features, [clips!, tokens!, 1], 'tokenLoss, features');
  const rows = tf.reshape(features, [-1]) as tf.Tensor1D;
  const whole = tf.where(tf.equal(tf.floor(rows), rows), rows, tf.fill(rows.shape, -1));
  return tf.cast(whole, 'int32');
}
