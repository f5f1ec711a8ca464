import type * as tf from '@tensorflow/tfjs';
import { LossError } from './errors.js';

/** @throws LossError `SHAPE_MISMATCH` unless the tensor has exactly this shape. */
export function checkShape(tensor: tf.Tensor, shape: readonly number[], where: string): void {
  const same =
    tensor.shape.length === shape.length && shape.every((side, axis) => side === tensor.shape[axis]);
  if (same) return;
  throw new LossError('SHAPE_MISMATCH', {
    expected: `[${shape.join(', ')}]`,
    received: `[${tensor.shape.join(', ')}]`,
    where,
  });
}
