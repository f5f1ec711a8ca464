import * as tf from '@tensorflow/tfjs';
import { checkRank, checkShape } from './shape-check.js';

/**
 * What some tokens of each clip have, by one gather of rows. The gradient goes to those tokens.
 *
 * @param numbers [B, N] or [B, N, D], of all tokens.
 * @param tokens [B, M] int32 token numbers, constants.
 * @returns [B, M] or [B, M, D]
 * @throws LossError `SHAPE_MISMATCH`.
 */
export function atTokens<Numbers extends tf.Tensor2D | tf.Tensor3D>(
  numbers: Numbers,
  tokens: tf.Tensor2D,
): Numbers {
  checkRank(numbers, numbers?.shape?.length === 3 ? 3 : 2, 'atTokens, numbers');
  checkRank(tokens, 2, 'atTokens, tokens');
  const [batch, count, ...inner] = numbers.shape as [number, number, ...number[]];
  const chosen = tokens.shape[1];
  checkShape(tokens, [batch, chosen], 'atTokens, tokens');
  return tf.tidy(() => {
    const firsts = tf.expandDims(tf.range(0, batch * count, count, 'int32'), 1); // [B, 1]
    const places = tf.reshape(tf.add(tokens, firsts), [-1]) as tf.Tensor1D;
    const rows = tf.gather(tf.reshape(numbers, [batch * count, ...inner]), places);
    const shape: number[] = [batch, chosen, ...inner];
    return rows.reshape(shape) as Numbers;
  });
}
