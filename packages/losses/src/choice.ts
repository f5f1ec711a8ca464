import type * as tf from '@tensorflow/tfjs';
import { LossError } from './errors.js';
import { checkRank, checkShape } from './shape-check.js';

/** Which tokens a mask that is computed in the graph shows and hides. B clips, N tokens, K visible, M masked. */
export interface Choice {
  /** [B, N] int32 all token numbers, those that are shown first. No gradient. */
  readonly order: tf.Tensor2D;
  /** [B, K] int32 the first K of `order`. */
  readonly visible: tf.Tensor2D;
  /** [B, M] int32 the others. */
  readonly masked: tf.Tensor2D;
  /** [B, N] logarithm of the probability of each token, by its number, not by its place in `order`. */
  readonly logProbability?: tf.Tensor2D;
  /** [B, N] what the patch embeddings are multiplied by. */
  readonly weight?: tf.Tensor2D;
  /** Whatever else the mask gives to losses that know it. */
  readonly further?: Readonly<Record<string, tf.Tensor>>;
}

/**
 * The choice that a loss reads.
 *
 * @throws LossError `CHOICE_MISSING` where no mask chose in the graph, or the mask gives no probabilities; `SHAPE_MISMATCH`.
 */
export function logProbabilityOf(
  where: string,
  choice: Choice | undefined,
): Required<Pick<Choice, 'logProbability' | 'masked'>> {
  const { logProbability, masked } = choice ?? {};
  if (!logProbability || !masked) {
    throw new LossError('CHOICE_MISSING', {
      where,
      expected: 'a mask that is chosen in the graph and tells the probability of its tokens',
      received: choice ? 'a choice without logProbability' : 'no choice',
    });
  }
  checkRank(logProbability, 2, `${where}, choice.logProbability`);
  checkRank(masked, 2, `${where}, choice.masked`);
  checkShape(masked, [logProbability.shape[0], masked.shape[1]!], `${where}, choice.masked`);
  return { logProbability, masked };
}
