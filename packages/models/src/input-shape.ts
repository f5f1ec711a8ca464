import type * as tf from '@tensorflow/tfjs';
import { InputShapeError } from './errors.js';

/** @throws InputShapeError when the tensor has another shape. */
export function requireShape(
  where: string,
  input: string,
  tensor: tf.Tensor,
  shape: readonly number[],
): void {
  if (tensor.shape.length === shape.length && shape.every((size, axis) => tensor.shape[axis] === size))
    return;
  throw new InputShapeError(where, input, `[${shape}]`, `[${tensor.shape}]`);
}

/**
 * Checks int32 token numbers [B, count] and gives B and count.
 * @throws InputShapeError
 */
export function requireIndices(where: string, input: string, tensor: tf.Tensor): [number, number] {
  const [batch, count] = tensor.shape;
  if (tensor.shape.length === 2 && tensor.dtype === 'int32') return [batch!, count!];
  throw new InputShapeError(where, input, 'int32 [B, count]', `${tensor.dtype} [${tensor.shape}]`);
}
