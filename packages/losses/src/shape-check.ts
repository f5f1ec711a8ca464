import type * as tf from '@tensorflow/tfjs';
import { showValue } from '@tgm/options';
import { LossError } from './errors.js';

/** @throws LossError `SHAPE_MISMATCH` unless the tensor is there and has exactly this shape. */
export function checkShape(
  tensor: tf.Tensor | undefined,
  shape: readonly number[],
  where: string,
): asserts tensor is tf.Tensor {
  const given = tensor?.shape;
  if (given?.length === shape.length && shape.every((side, axis) => side === given[axis])) return;
  throw new LossError('SHAPE_MISMATCH', {
    expected: `[${shape.join(', ')}]`,
    received: given ? `[${given.join(', ')}]` : showValue(tensor),
    where,
  });
}

/** @throws LossError `SHAPE_MISMATCH` unless a tensor of `rank` axes is there. */
export function checkRank(
  tensor: tf.Tensor | undefined,
  rank: number,
  where: string,
): asserts tensor is tf.Tensor {
  if (tensor?.shape?.length === rank) return;
  throw new LossError('SHAPE_MISMATCH', {
    expected: `a tensor of ${rank} axes`,
    received: tensor?.shape ? `[${tensor.shape.join(', ')}]` : showValue(tensor),
    where,
  });
}
