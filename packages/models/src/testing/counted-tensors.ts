import type { ParameterLayout } from '../checkpoint/params-file.js';
import type { Params } from '../params.js';
import type { WritableTensor } from '../safetensors/write.js';
import { videoMaeClassifier } from '../video-mae/classifier.js';

/** Few enough numbers to damage a file in interesting places. */
export const countedModel = videoMaeClassifier({
  imageSize: 2,
  patchSize: 1,
  numFrames: 1,
  tubeletSize: 1,
  hiddenSize: 2,
  numHiddenLayers: 1,
  numAttentionHeads: 1,
  intermediateSize: 2,
  layerNormEps: 1e-6,
  poolNormEps: 1e-6,
  labels: ['no', 'yes'],
});

export type Tensors = Record<string, WritableTensor>;

/** Numbers that no parameter shares with another: 1, 2, 3, … */
export function counted({ parameters }: ParameterLayout): Tensors {
  let next = 0;
  const entries = parameters.map(({ name, shape }): [string, WritableTensor] => {
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    return [name, { dtype: 'F32', shape, data: Float32Array.from({ length: size }, () => ++next) }];
  });
  return Object.fromEntries(entries);
}

/** The numbers of each parameter. */
export async function numbers(params: Params): Promise<Record<string, number[]>> {
  const entries = Object.entries(params).map(async ([name, tensor]) => [name, [...(await tensor.data())]]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The same of tensors for a file. */
export function expected(tensors: Tensors): Record<string, number[]> {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
}
