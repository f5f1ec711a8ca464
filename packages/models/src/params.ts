import * as tf from '@tensorflow/tfjs';
import type { Random } from '@tgm/masking';
import { CheckpointKeysError, ModelError, type ShapeMismatch } from './errors.js';
import type { Initializer } from './initializers.js';

/** Named trainable tensors, under the names and shapes of the published Hugging Face checkpoints. */
export type Params = Readonly<Record<string, tf.Tensor>>;

/** A name and the shape of the tensor that has it. */
export interface NamedShape {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A parameter that a model has. */
export interface ParameterSpec extends NamedShape {
  readonly initializer: Initializer;
}

/** Fresh float32 tensors, drawn in the order of the list; the caller disposes them. */
export function initParams(specs: readonly ParameterSpec[], random: Random): Params {
  return Object.fromEntries(
    specs.map(({ name, shape, initializer }) => {
      const values = initializer(
        shape.reduce((product, dimension) => product * dimension, 1),
        random,
      );
      return [name, tf.tensor(values, [...shape], 'float32')];
    }),
  );
}

/** @throws ModelError with `PARAMETER_MISSING`, also when there are no parameters. */
export function parameter<T extends tf.Tensor = tf.Tensor>(params: Params, name: string): T {
  const tensor = (params as Params | undefined | null)?.[name];
  if (tensor !== undefined) return tensor as T;
  throw new ModelError('PARAMETER_MISSING', {
    where: 'params',
    expected: `a tensor named ${JSON.stringify(name)}`,
    received: 'none',
  });
}

/**
 * @param unexpected names of tensors that are none of the expected ones.
 * @throws CheckpointKeysError when one is missing, of another shape or unexpected.
 */
export function requireParams(
  where: string,
  expected: readonly NamedShape[],
  tensors: Readonly<Record<string, { readonly shape: readonly number[] }>>,
  unexpected: readonly string[] = [],
): void {
  const missing: string[] = [];
  const mismatched: ShapeMismatch[] = [];
  for (const { name, shape } of expected) {
    const got = tensors[name]?.shape;
    if (got === undefined) missing.push(name);
    else if (got.length !== shape.length || got.some((size, axis) => size !== shape[axis])) {
      mismatched.push({ name, expected: shape, got });
    }
  }
  if (missing.length + unexpected.length + mismatched.length > 0) {
    throw new CheckpointKeysError(where, { missing, unexpected, mismatched });
  }
}
