import * as tf from '@tensorflow/tfjs';
import { number, optionTable, wholeNumber } from '@tgm/options';
import { LossError } from './errors.js';
import { tensor } from './tensor-field.js';

export interface SinkhornOptions {
  /** Temperature of the scores, above 0: the smaller, the harder the shares. SwAV has 0.05. */
  readonly epsilon: number;
  /** How often columns and rows are made equal, at least 1. SwAV has 3. */
  readonly iterations: number;
}

const OPTIONS = optionTable(
  'sinkhorn',
  { epsilon: number({ above: 0 }), iterations: wholeNumber({ from: 1 }) } satisfies Record<
    keyof SinkhornOptions,
    unknown
  >,
  LossError,
);

const SCORES = optionTable('sinkhorn', { scores: tensor<tf.Tensor2D>(2) }, LossError);

/**
 * Shares of each row among the columns, so that all columns get about as much of the batch: Sinkhorn-Knopp (Cuturi, NIPS
 * 2013) as in SwAV (Caron et al., arXiv 2006.09882). Each iteration gives every column the same sum, then every row the sum 1.
 * Computed with logarithms, so that no score is too large. Its gradients are those of the iterations; SwAV takes none.
 *
 * @param scores [B, K], such as cosines of clips and prototypes.
 * @returns [B, K], rows that sum to 1.
 * @throws LossError `OPTION_INVALID`.
 */
export function sinkhorn(scores: tf.Tensor2D, options: SinkhornOptions): tf.Tensor2D {
  const { epsilon, iterations } = OPTIONS.check(options);
  SCORES.check({ scores });
  return tf.tidy(() => {
    let shares: tf.Tensor = tf.div(scores, epsilon); // logarithms; a common factor is lost in the first division
    for (let round = 0; round < iterations; round++) {
      shares = tf.sub(shares, tf.logSumExp(shares, 0, true)); // columns [1, K]
      shares = tf.sub(shares, tf.logSumExp(shares, 1, true)); // rows [B, 1]
    }
    return tf.exp(shares) as tf.Tensor2D;
  });
}
