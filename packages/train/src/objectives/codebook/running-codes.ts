import * as tf from '@tensorflow/tfjs';
import type { Params, PatchCodebook } from '@tgm/models';

/** The codes, as the model's parameters call them; the trainer holds them as a buffer. */
export const CODES = 'codes';
/** [K] running count of the rows of each code. */
const COUNTS = 'codebook.counts';
/** [K, D] running sum of the rows of each code. */
const SUMS = 'codebook.sums';

/** Codes that nobody has used: the first step gives them rows of its batch. */
export function unusedCodes(codes: tf.Tensor, { config }: PatchCodebook): Params {
  return {
    [CODES]: codes,
    [COUNTS]: tf.zeros([config.codes]),
    [SUMS]: tf.zeros([config.codes, config.codeWidth]),
  };
}

/** What a batch gave to each code. */
export interface CodeUse {
  /** [R, D] encoded tokens, without gradients. */
  readonly rows: tf.Tensor2D;
  /** [R] int32 the code of each. */
  readonly numbers: tf.Tensor1D;
  /** [K] how many rows each code got. */
  readonly counts: tf.Tensor1D;
}

export const codeUse = (rows: tf.Tensor2D, numbers: tf.Tensor1D, codes: number): CodeUse => ({
  rows,
  numbers,
  counts: tf.unsortedSegmentSum(tf.ones([rows.shape[0]]), numbers, codes) as tf.Tensor1D,
});

export interface MovedCodes {
  readonly buffers: Params;
  /** Scalar, codes that got a row of the batch in place of their own. */
  readonly reseeded: tf.Scalar;
}

/**
 * Each code as the running mean of its rows: VQ-VAE (arXiv 1711.00937), appendix A.1, equations 6 to 8. A code whose running
 * count is not above `deadShare` of the mean of all begins again at a row of the batch, with the mean count (P. Dhariwal et
 * al., Jukebox, arXiv 2005.00341, section 3.1: "random restarts"). Which row is no draw (R): the dead codes are spread evenly
 * over the rows by their squared errors, so that rows which the codes fit badly are taken first, as in the seeding of k-means++.
 *
 * @param decay share of itself that a running number keeps.
 */
export function movedCodes(
  buffers: Params,
  { rows, numbers, counts }: CodeUse,
  decay: number,
  deadShare: number,
): MovedCodes {
  const [codes, width] = buffers[CODES]!.shape as [number, number];
  const running = (old: tf.Tensor, fresh: tf.Tensor) => tf.add(tf.mul(old, decay), tf.mul(fresh, 1 - decay));
  const count = running(buffers[COUNTS]!, counts); // [K]
  const sum = running(buffers[SUMS]!, tf.unsortedSegmentSum(rows, numbers, codes)); // [K, D]
  const meanCount = tf.mean(count);
  const dead = tf.lessEqual(count, tf.mul(meanCount, deadShare)); // [K]
  const seeds = tf.gather(rows, seedRows(rows, tf.gather(buffers[CODES]!, numbers), dead)); // [K, D]
  const column = (vector: tf.Tensor) => tf.reshape(vector, [codes, 1]);
  const deadRows = tf.tile(column(dead), [1, width]);
  const means = tf.divNoNan(sum, column(count));
  return {
    buffers: {
      [CODES]: tf.where(deadRows, seeds, means),
      [COUNTS]: tf.where(dead, tf.fill([codes], 1).mul(meanCount), count),
      [SUMS]: tf.where(deadRows, tf.mul(seeds, meanCount), sum),
    },
    reseeded: tf.sum(tf.cast(dead, 'float32')),
  };
}

/**
 * [K] int32 the row for each dead code: of n dead ones the j-th takes the first row behind (j + 1/2) / n of all squared errors,
 * summed in the order of the rows. What it says of other codes is of no meaning.
 */
function seedRows(rows: tf.Tensor2D, own: tf.Tensor, dead: tf.Tensor): tf.Tensor1D {
  const count = rows.shape[0];
  const errors = tf.cumsum(tf.sum(tf.square(tf.sub(rows, own)), 1)); // [R]
  const ranks = tf.cumsum(tf.cast(dead, 'float32')); // [K] from 1
  const all = tf.sum(tf.cast(dead, 'float32'));
  const shares = tf.divNoNan(tf.sub(ranks, 0.5), all);
  const targets = tf.mul(shares, tf.slice(errors, [count - 1], [1]));
  const places = tf.searchSorted(
    tf.reshape(errors, [1, count]),
    tf.reshape(targets, [1, dead.shape[0]!]),
    'right',
  );
  return tf.reshape(tf.minimum(places, tf.scalar(count - 1, 'int32')), [-1]);
}

/** Of a batch: `perplexity`, e to the entropy of the codes' shares, from 1 to K; `codes used`, those that got a row. */
export function useFigures({ counts, rows }: CodeUse): Record<string, tf.Scalar> {
  const shares = tf.div(counts, rows.shape[0]);
  const entropy = tf.neg(tf.sum(tf.mul(shares, tf.log(tf.maximum(shares, Number.EPSILON)))));
  return {
    perplexity: tf.exp(entropy) as tf.Scalar,
    'codes used': tf.sum(tf.cast(tf.greater(counts, 0), 'float32')) as tf.Scalar,
  };
}
