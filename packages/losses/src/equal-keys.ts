import * as tf from '@tensorflow/tfjs';
import { optionTable } from '@tgm/options';
import { LossError } from './errors.js';
import { checkShape } from './shape-check.js';
import { wholeNumbers } from './tensor-field.js';

const KEYS = optionTable(
  'equalKeys',
  { rows: wholeNumbers<tf.Tensor2D>(2), columns: wholeNumbers<tf.Tensor2D>(2) },
  LossError,
);

/**
 * Whether all k numbers of a row of `rows` are those of a row of `columns`, in all their 32 bits.
 *
 * @param rows [R, k] int32, such as hashes of samples.
 * @param columns [C, k] int32.
 * @returns [R, C] bool
 * @throws LossError `OPTION_INVALID`, `SHAPE_MISMATCH` for keys of different lengths.
 */
export function equalKeys(rows: tf.Tensor2D, columns: tf.Tensor2D): tf.Tensor2D {
  KEYS.check({ rows, columns });
  checkShape(columns, [columns.shape[0], rows.shape[1]], 'equalKeys, columns');
  return tf.tidy(() => {
    const size = rows.shape[1];
    const [ofRows, ofColumns] = [tf.split(rows, size, 1), tf.split(columns, size, 1)]; // k of [R, 1] and of [C, 1]
    return ofRows
      .map((row, at) => tf.equal(row, tf.transpose(ofColumns[at]!)) as tf.Tensor2D)
      .reduce((one, other) => tf.logicalAnd(one, other));
  });
}
