import * as tf from '@tensorflow/tfjs';
import {
  equalKeys,
  oneSidedBaseline,
  oneSidedInfoNce,
  type SinkhornOptions,
  sinkhorn,
  withoutGradients,
} from '@tgm/losses';
import type { Queue } from './queue.js';

/** What a pair comes to: its term, and what that is where all candidates look alike. */
export interface PairOutputs {
  readonly term: tf.Scalar;
  readonly baseline: tf.Scalar;
}

/** Candidates that are wrong for queries, beside the right one. */
export interface Others {
  /** [C, E] */
  readonly rows: tf.Tensor2D;
  /** [R, C] bool, which of them are left out for which query. */
  readonly leftOut: tf.Tensor2D;
}

/**
 * InfoNCE: each query is to find its right candidate among it and the others.
 *
 * @param queries [R, E]
 * @param right [R, E]
 */
export function toldApart(
  queries: tf.Tensor2D,
  right: tf.Tensor2D,
  others: readonly Others[],
  temperature: number,
): PairOutputs {
  const logits = others.map(({ rows }) => tf.matMul(queries, rows, false, true));
  return amongLogits(
    tf.sum(tf.mul(queries, right), 1),
    tf.concat(logits, 1) as tf.Tensor2D,
    tf.concat(
      others.map(({ leftOut }) => leftOut),
      1,
    ) as tf.Tensor2D,
    temperature,
  );
}

/**
 * NNCLR (Dwibedi et al., arXiv 2104.14548): the nearest neighbour of each target in the queue is to find the prediction of its
 * clip among those of the batch. Predictions of the neighbour's own sample are left out, as those of the clip's.
 *
 * @param queries [B, E] predictions.
 * @param targets [B, E] without gradients.
 * @param sampleKeys [B, 2] int32
 */
export function byNearest(
  queries: tf.Tensor2D,
  targets: tf.Tensor2D,
  sampleKeys: tf.Tensor2D,
  queue: Queue,
  temperature: number,
): PairOutputs {
  const places = withoutGradients(() => tf.argMax(tf.matMul(targets, queue.rows, false, true), 1)); // [B]
  const nearest = tf.gather(queue.rows, places as tf.Tensor1D) as tf.Tensor2D; // [B, E]
  const nearestKeys = tf.gather(queue.sampleKeys, places as tf.Tensor1D) as tf.Tensor2D;
  return amongLogits(
    tf.sum(tf.mul(nearest, queries), 1),
    tf.matMul(nearest, queries, false, true),
    tf.logicalOr(equalKeys(sampleKeys, sampleKeys), equalKeys(nearestKeys, sampleKeys)) as tf.Tensor2D,
    temperature,
  );
}

/** BYOL (Grill et al., arXiv 2006.07733): 2 - 2 cos, from 0 to 4; 2 where they have nothing to do with each other. */
export function drawnTo(queries: tf.Tensor2D, right: tf.Tensor2D): PairOutputs {
  const cosines = tf.sum(tf.mul(queries, right), 1);
  return {
    term: tf.mean(tf.sub(2, tf.mul(2, cosines))) as tf.Scalar,
    baseline: tf.scalar(2),
  };
}

/**
 * SwAV (Caron et al., arXiv 2006.09882): each query is to say the shares that the prototypes have in the other view.
 *
 * @param prototypes [K, E] L2-normalised.
 */
export function byPrototypes(
  queries: tf.Tensor2D,
  targets: tf.Tensor2D,
  prototypes: tf.Tensor2D,
  { epsilon, iterations }: SinkhornOptions,
  temperature: number,
): PairOutputs {
  const shares = withoutGradients(() =>
    sinkhorn(tf.matMul(targets, prototypes, false, true) as tf.Tensor2D, { epsilon, iterations }),
  );
  const logits = tf.div(tf.matMul(queries, prototypes, false, true), temperature); // [B, K]
  const said = tf.sub(logits, tf.logSumExp(logits, 1, true));
  return {
    term: tf.neg(tf.mean(tf.sum(tf.mul(shares, said), 1))) as tf.Scalar,
    baseline: tf.scalar(Math.log(prototypes.shape[0])),
  };
}

/**
 * @param right [R] similarities.
 * @param others [R, C] similarities.
 */
function amongLogits(
  right: tf.Tensor,
  others: tf.Tensor2D,
  leftOut: tf.Tensor2D,
  temperature: number,
): PairOutputs {
  const scaled = { right: tf.div(right, temperature) as tf.Tensor1D, others: tf.div(others, temperature) };
  return {
    term: oneSidedInfoNce({ ...scaled, others: scaled.others as tf.Tensor2D, leftOut }),
    baseline: oneSidedBaseline(leftOut),
  };
}
