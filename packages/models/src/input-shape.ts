import type * as tf from '@tensorflow/tfjs';
import { showValue } from '@tgm/options';
import { ModelError } from './errors.js';
import { isTensor } from './option-fields.js';

/** @param input the argument of `where` that has another size. */
export const inputShape = (where: string, input: string, expected: string, received: string): ModelError =>
  new ModelError('INPUT_SHAPE', { where: `${where}, ${input}`, expected, received });

/** @throws ModelError with `OPTION_INVALID` for what is no tensor. */
export function requireTensor(where: string, input: string, value: unknown): asserts value is tf.Tensor {
  if (isTensor(value)) return;
  const expected = 'a tensor';
  throw new ModelError('OPTION_INVALID', {
    where: `${where}, ${input}`,
    expected,
    received: showValue(value),
  });
}

/** @throws ModelError with `INPUT_SHAPE` when the tensor has another shape, `OPTION_INVALID` when it is none. */
export function requireShape(
  where: string,
  input: string,
  tensor: tf.Tensor,
  shape: readonly number[],
): void {
  requireTensor(where, input, tensor);
  if (tensor.shape.length === shape.length && shape.every((size, axis) => tensor.shape[axis] === size))
    return;
  throw inputShape(where, input, `[${shape}]`, `[${tensor.shape}]`);
}

/**
 * Checks int32 token numbers [B, count] and gives B and count.
 * @throws ModelError with `INPUT_SHAPE`, `OPTION_INVALID` when it is no tensor.
 */
export function requireIndices(where: string, input: string, tensor: tf.Tensor): [number, number] {
  requireTensor(where, input, tensor);
  const [batch, count] = tensor.shape;
  if (tensor.shape.length === 2 && tensor.dtype === 'int32') return [batch!, count!];
  throw inputShape(where, input, 'int32 [B, count]', `${tensor.dtype} [${tensor.shape}]`);
}
