import * as tf from '@tensorflow/tfjs';
import type { Random } from '@tgm/masking';
import { ModelError } from './errors.js';
import type { Initializer } from './initializers.js';

/** Named trainable tensors, under the names and shapes of the published Hugging Face checkpoints. */
export type Params = Readonly<Record<string, tf.Tensor>>;

/** A parameter that a model has. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
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

/** @throws ModelError with `PARAMETER_MISSING` */
export function parameter<T extends tf.Tensor = tf.Tensor>(params: Params, name: string): T {
  const tensor = params[name];
  if (tensor !== undefined) return tensor as T;
  throw new ModelError('PARAMETER_MISSING', {
    where: 'params',
    expected: `a tensor named ${JSON.stringify(name)}`,
    received: 'none',
  });
}
