import type * as tf from '@tensorflow/tfjs';
import { ModelError } from './errors.js';

/** @param input the argument of `where` that has another size. */
export const inputShape = (where: string, input: string, expected: string, received: string): ModelError =>
  new ModelError('INPUT_SHAPE', { where: `${where}, ${input}`, expected, received });

/** @throws ModelError with `INPUT_SHAPE` when the tensor has another shape. */
export function requireShape(
  where: string,
  input: string,
  tensor: tf.Tensor,
  shape: readonly number[],
): void {
  if (tensor.shape.length === shape.length && shape.every((size, axis) => tensor.shape[axis] === size))
    return;
  throw inputShape(where, input, `[${shape}]`, `[${tensor.shape}]`);
}

/**
 * Checks int32 token numbers [B, count] and gives B and count.
 * @throws ModelError with `INPUT_SHAPE`
 */
export function requireIndices(where: string, input: string, tensor: tf.Tensor): [number, number] {
  const [batch, count] = tensor.shape;
  if (tensor.shape.length === 2 && tensor.dtype === 'int32') return [batch!, count!];
  throw inputShape(where, input, 'int32 [B, count]', `${tensor.dtype} [${tensor.shape}]`);
}
