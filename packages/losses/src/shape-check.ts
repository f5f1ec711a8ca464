import type * as tf from '@tensorflow/tfjs';
import { LossError } from './errors.js';

/** @throws LossError `SHAPE_MISMATCH` unless the tensor is there and has exactly this shape. */
export function checkShape(
  tensor: tf.Tensor | undefined,
  shape: readonly number[],
  where: string,
): asserts tensor is tf.Tensor {
  const same =
    tensor?.shape.length === shape.length && shape.every((side, axis) => side === tensor.shape[axis]);
  if (same) return;
  throw new LossError('SHAPE_MISMATCH', {
    expected: `[${shape.join(', ')}]`,
    received: tensor ? `[${tensor.shape.join(', ')}]` : 'no tensor',
    where,
  });
}
