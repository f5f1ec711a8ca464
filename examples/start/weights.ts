import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';

/** Parameters as plain numbers, which one thread can give to another. */
export type Weights = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>
>;

/** The numbers of `params`, which it disposes. */
export async function weightsOf(params: Params): Promise<Weights> {
  const entries = Object.entries(params).map(async ([name, tensor]) => {
    const values = Float32Array.from(await tensor.data());
    tensor.dispose();
    return [name, { shape: tensor.shape, values }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The caller disposes the tensors. */
export function paramsOf(weights: Weights): Params {
  return Object.fromEntries(
    Object.entries(weights).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]),
  );
}
