import * as tf from '@tensorflow/tfjs';
import { listOf, optionTable } from '@tgm/options';
import { equalKeys } from './equal-keys.js';
import { LossError } from './errors.js';
import { checkShape } from './shape-check.js';
import { SHUT_OUT } from './shut-out.js';
import { tensor, wholeNumbers } from './tensor-field.js';

/** What `infoNce` compares. */
export interface InfoNceInputs {
  /** [B, E] L2-normalised. */
  readonly rows: tf.Tensor2D;
  /** [B, E] L2-normalised; row i belongs to column i. */
  readonly columns: tf.Tensor2D;
  /** Scalar factor of the cosines, 1 / temperature. CLIP stops at 100; any finite factor will do. */
  readonly scale: tf.Scalar;
  /**
   * [B, k] int32 each, such as a hash of the caption. Row i and another column j are no negatives of each other where all k
   * numbers of i and of j are equal in any of the keys.
   */
  readonly keys: readonly tf.Tensor2D[];
}

const INPUTS = optionTable(
  'infoNce',
  {
    rows: tensor(2),
    columns: tensor(2),
    scale: tensor(),
    keys: listOf(wholeNumbers<tf.Tensor2D>(2)),
  } satisfies Record<keyof InfoNceInputs, unknown>,
  LossError,
);

/**
 * Symmetric InfoNCE as in CLIP (Radford et al. 2021): the mean of the cross-entropy of finding each row's column among all
 * columns and that of finding each column's row. Pairs that a key says to be the same are left out of both.
 *
 * @throws LossError `OPTION_INVALID`, `SHAPE_MISMATCH`.
 */
export function infoNce(inputs: InfoNceInputs): tf.Scalar {
  INPUTS.check(inputs);
  const { rows, columns, scale, keys } = inputs;
  const [batch] = rows.shape;
  checkShape(columns, rows.shape, 'infoNce, columns');
  checkShape(scale, [], 'infoNce, scale');
  for (const [at, key] of keys.entries()) checkShape(key, [batch, key.shape[1]], `infoNce, keys.${at}`);
  return tf.tidy(() => {
    const cosines = tf.matMul(rows, columns, false, true); // [B, B]
    const logits = tf.mul(cosines, scale);
    const own = tf.eye(batch); // [B, B]
    // Taken from the same product as the logits, so that the loss of a perfect match is 0 at any scale.
    const positive = tf.sum(tf.mul(logits, own), 1); // [B]
    const same = sameElsewhere(keys, batch);
    const candidates = same ? tf.where(same, SHUT_OUT, logits) : logits;
    const ofRows = tf.sub(tf.logSumExp(candidates, 1), positive);
    const ofColumns = tf.sub(tf.logSumExp(candidates, 0), positive);
    return tf.div(tf.sum(tf.add(ofRows, ofColumns)), 2 * batch);
  });
}

/** Scalar: columns that are negatives of a row, mean over the B rows. */
export function meanNegatives(keys: readonly tf.Tensor2D[], batch: number): tf.Scalar {
  return tf.tidy(() => tf.mean(negativesOf(keys, batch)) as tf.Scalar);
}

/**
 * Scalar: what `infoNce` is for embeddings that tell nothing apart, at any scale: the mean over the B rows of ln(1 + negatives),
 * which is ln B where no pair is left out.
 */
export function infoNceBaseline(keys: readonly tf.Tensor2D[], batch: number): tf.Scalar {
  return tf.tidy(() => tf.mean(tf.log1p(negativesOf(keys, batch))) as tf.Scalar);
}

/** [B] how many columns are negatives of each row; as many rows are of each column. */
function negativesOf(keys: readonly tf.Tensor2D[], batch: number): tf.Tensor {
  const same = sameElsewhere(keys, batch);
  if (!same) return tf.fill([batch], batch - 1);
  return tf.sub(batch - 1, tf.sum(tf.cast(same, 'float32'), 1));
}

/** [B, B] whether a column is not the row's own, but the same by any of the keys; nothing where there are no keys. */
function sameElsewhere(keys: readonly tf.Tensor2D[], batch: number): tf.Tensor2D | undefined {
  if (keys.length === 0) return undefined;
  const same = keys.map((key) => equalKeys(key, key)).reduce((one, other) => tf.logicalOr(one, other));
  return tf.logicalAnd(same, elsewhere(batch));
}

/** [B, B] false on the diagonal. A constant, so that a graph need not compute it. */
function elsewhere(batch: number): tf.Tensor2D {
  const values = Uint8Array.from({ length: batch * batch }, (_, at) => (at % (batch + 1) === 0 ? 0 : 1));
  return tf.tensor2d(values, [batch, batch], 'bool');
}
