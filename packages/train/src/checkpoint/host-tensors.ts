import * as tf from '@tensorflow/tfjs';
import type { Params } from '@tgm/models';
import type { HostTensor, HostTensors } from './saved-run.js';

/** A tensor over the memory of a host tensor. */
export const tensorOf = ({ shape, data }: HostTensor): tf.Tensor =>
  tf.tensor(data, [...shape], data instanceof Int32Array ? 'int32' : 'float32');

export const tensorsOf = (tensors: HostTensors): Params =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensorOf(tensor)]));
